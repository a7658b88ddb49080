#!/usr/bin/env bash
# scripts/cuda-tools.sh nvrtc|ptxas: prints the path of NVIDIA's compiler of device code (libnvrtc.so.12 of CUDA 12.0)
# or of its assembler (ptxas of CUDA 12.9). $TENDON_NVRTC and $TENDON_PTXAS name others; else they are unpacked from
# their PyPI wheels into $TENDON_CUDA_TOOLS (default: build/cuda-tools), downloaded by pip the first time.
# Neither a GPU nor a CUDA toolkit is needed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${TENDON_CUDA_TOOLS:-$root/build/cuda-tools}
python=${PYTHON:-python3}

# unpacked WHEEL VERSION FILE: the path of FILE of that wheel.
unpacked() {
    local wheel=$1 version=$2 file=$3
    local folder=$tools/$wheel-$version
    mkdir -p "$tools"
    exec 9> "$tools/lock"
    if command -v flock > /dev/null; then flock 9; fi
    if [ ! -e "$folder/$file" ]; then
        echo "cuda-tools: downloading $wheel==$version" >&2
        rm -rf "$folder" "$folder.new"
        mkdir -p "$folder.new"
        "$python" -m pip download --quiet --no-deps --only-binary=:all: --dest "$folder.new" "$wheel==$version" >&2 || {
            echo "cuda-tools: $wheel==$version could not be downloaded; a network and pip are needed once" >&2
            exit 1
        }
        "$python" -m zipfile -e "$folder.new"/*.whl "$folder.new"
        rm "$folder.new"/*.whl
        mv "$folder.new" "$folder"
    fi
    [ -e "$folder/$file" ] || { echo "cuda-tools: $wheel==$version holds no $file" >&2; exit 1; }
    echo "$folder/$file"
}

case ${1:-} in
    nvrtc) echo "${TENDON_NVRTC:-$(unpacked nvidia-cuda-nvrtc-cu12 12.0.140 nvidia/cuda_nvrtc/lib/libnvrtc.so.12)}" ;;
    ptxas)
        ptxas=${TENDON_PTXAS:-$(unpacked nvidia-cuda-nvcc-cu12 12.9.86 nvidia/cuda_nvcc/bin/ptxas)}
        [ -x "$ptxas" ] || chmod +x "$ptxas"
        echo "$ptxas"
        ;;
    *) echo "usage: scripts/cuda-tools.sh nvrtc|ptxas" >&2; exit 2 ;;
esac
