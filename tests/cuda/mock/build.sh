#!/usr/bin/env bash
# Builds the mock CUDA libraries: tests/cuda/mock/build.sh OUT [JOBS]
#   OUT/libcuda.so.1         the driver, with the host build of every kernel of kernels/*.cu
#   OUT/libcublasLt.so.12    matrix products on the host, with checks
#   OUT/libcudnn.so.9        a recorder of the backend API
#   OUT/selftest             tests of the three
# An object is made again when what it includes has changed, by content.
set -euo pipefail
cd "$(dirname "$0")/../../.."

cxx=${CXX:-g++}
flags=(-std=c++17 -O1 -fPIC -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas -DTENDON_ON_HOST -Itests/cuda/host -Itests/cuda/mock -Ikernels/include)

# Of the compiler, its options and every file that went into the object.
key() {
    { echo "$cxx ${flags[*]}"; "$cxx" -dumpfullversion; cat $(sed -e 's/^[^:]*://' -e 's/\\$//' "$1.d") 2>&1; } | sha256sum
}

compile() {
    local source=$1 object=$2
    if [ -f "$object" ] && [ -f "$object.d" ] && [ "$(key "$object")" = "$(cat "$object.key" 2> /dev/null)" ]; then return; fi
    echo "  $source"
    rm -f "$object.key"
    "$cxx" "${flags[@]}" -MMD -MF "$object.d" -x c++ -c "$source" -o "$object"
    key "$object" > "$object.key"
}

# Links when something is newer than the library.
link() {
    local library=$1
    shift
    local inputs=() word
    for word; do case $word in *.o | *.map | */lib*) inputs+=("$word") ;; esac; done
    if [ -f "$library" ] && [ -z "$(find "${inputs[@]}" -newer "$library" -print -quit)" ] && [ "$(cat "$library.inputs" 2> /dev/null)" = "$*" ]; then return; fi
    echo "  $library"
    "$cxx" "$@" -o "$library"
    echo "$*" > "$library.inputs"
}

if [ "${1-}" = --compile ]; then compile "$2" "$3"; exit; fi

out=$1
jobs=${2:-2}
mkdir -p "$out/objects"
objects=()
pairs=()
add() {
    local object
    object=$out/objects/$(echo "${1%.*}" | tr / -).o
    objects+=("$object")
    pairs+=("$1" "$object")
}

driver=(tests/cuda/host/cuda_on_host.cc tests/cuda/mock/driver/*.cc tests/cuda/mock/selftest/*.cu)
for f in kernels/*.cu; do [ ! -e "$f" ] || driver+=("$f"); done
for f in "${driver[@]}"; do add "$f"; done
driver_objects=("${objects[@]}")
objects=()
for f in tests/cuda/mock/cublaslt/*.cc; do add "$f"; done
cublaslt_objects=("${objects[@]}")
objects=()
for f in tests/cuda/mock/cudnn/*.cc; do add "$f"; done
cudnn_objects=("${objects[@]}")
objects=()
for f in tests/cuda/mock/selftest/*.cc; do add "$f"; done
selftest_objects=("${objects[@]}")

printf '%s\0' "${pairs[@]}" | xargs -0 -n 2 -P "$jobs" "$0" --compile

shared=(-shared -Wl,-z,defs -pthread)
link "$out/libcuda.so.1" "${shared[@]}" -Wl,-soname,libcuda.so.1 "${driver_objects[@]}" -ldl
# They ask the mock driver about pointers and queue their work there.
link "$out/libcublasLt.so.12" "${shared[@]}" -Wl,-soname,libcublasLt.so.12 "${cublaslt_objects[@]}" "$out/libcuda.so.1"
link "$out/libcudnn.so.9" "${shared[@]}" -Wl,-soname,libcudnn.so.9 "${cudnn_objects[@]}" "$out/libcuda.so.1"
link "$out/selftest" "${selftest_objects[@]}" -Wl,-rpath,'$ORIGIN' "$out/libcuda.so.1" "$out/libcublasLt.so.12" "$out/libcudnn.so.9" -pthread
