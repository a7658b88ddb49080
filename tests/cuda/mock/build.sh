#!/usr/bin/env bash
# Builds the mock CUDA libraries, by default into build/cuda-mock:
#
#   tests/cuda/mock/build.sh [OUT]
#
#   OUT/libcuda.so.1         the driver, with the host build of every kernel of kernels/*.cu
#   OUT/libcublasLt.so.12    matrix products on the host, with checks
#   OUT/libcudnn.so.9        a recorder of the backend API
#   OUT/selftest             tests of the three
#
# What is as before is not built again. $CXX chooses the compiler, $TENDON_JOBS how many run at a time.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
out=${1:-build/cuda-mock}
export CXX=${CXX:-c++}
compile=tests/cuda/host/compile.sh
mock=tests/cuda/mock
flags=(-O1 -fPIC -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas -I "$mock")

# Links when an input is newer than the library.
link() {
    local library=$1 inputs=() word
    shift
    for word; do case $word in *.o | */lib*) inputs+=("$word") ;; esac; done
    if [ -f "$library" ] && [ -z "$(find "${inputs[@]}" -newer "$library" -print -quit)" ] &&
        [ "$(cat "$library.inputs" 2> /dev/null)" = "$*" ]; then
        return
    fi
    $CXX "$@" -o "$library"
    echo "$*" > "$library.inputs"
}

# objects OUTDIR FILE…
objects() {
    local folder=$1 file
    shift
    for file; do
        file=${file##*/}
        echo "$folder/${file%.*}.o"
    done
}

shopt -s nullglob
kernels=(kernels/*.cu "$mock"/selftest/*.cu)
driver=(tests/cuda/host/cuda_on_host.cc "$mock"/driver/*.cc)
libraries=("$mock"/cublaslt/*.cc "$mock"/cudnn/*.cc)
selftest=("$mock"/selftest/*.cc)
$compile "$out/kernels" "${flags[@]}" -- "${kernels[@]}"
$compile "$out/driver" "${flags[@]}" -- "${driver[@]}"
$compile "$out/libraries" "${flags[@]}" -- "${libraries[@]}"
$compile "$out/selftest.d" "${flags[@]}" -- "${selftest[@]}"

shared=(-shared -Wl,-z,defs -pthread)
mapfile -t of_driver < <(objects "$out/kernels" "${kernels[@]}"; objects "$out/driver" "${driver[@]}")
mapfile -t of_cublaslt < <(objects "$out/libraries" "$mock"/cublaslt/*.cc)
mapfile -t of_cudnn < <(objects "$out/libraries" "$mock"/cudnn/*.cc)
mapfile -t of_selftest < <(objects "$out/selftest.d" "${selftest[@]}")
link "$out/libcuda.so.1" "${shared[@]}" -Wl,-soname,libcuda.so.1 "${of_driver[@]}"
# They ask the mock driver about pointers and queue their work there.
link "$out/libcublasLt.so.12" "${shared[@]}" -Wl,-soname,libcublasLt.so.12 "${of_cublaslt[@]}" "$out/libcuda.so.1"
link "$out/libcudnn.so.9" "${shared[@]}" -Wl,-soname,libcudnn.so.9 "${of_cudnn[@]}" "$out/libcuda.so.1"
# shellcheck disable=SC2016 # $ORIGIN is for the loader
link "$out/selftest" "${of_selftest[@]}" -Wl,-rpath,'$ORIGIN' "$out/libcuda.so.1" "$out/libcublasLt.so.12" \
    "$out/libcudnn.so.9" -pthread
