#!/usr/bin/env bash
# Compiles kernels and C++ files for the host, several at a time:
#
#   tests/cuda/host/compile.sh OUTDIR [flag…] -- FILE…
#
# FILE, from the repository's root: kernels/NAME.cu or any .cc. Each becomes OUTDIR/NAME.o. Nothing is done where the
# flags, the compiler and the contents of all files that went in are as before. Kernels register themselves when their
# object is linked in; each .cu is compiled inside a namespace of its own, because two of them may use one name for two
# things. What a file of kernels/include takes from the host instead of from the device is in NAME_on_host.h, here.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"

# One file, called by xargs below.
if [ "${1:-}" = --one ]; then
    out=$2 file=$3
    shift 3
    emulations=(tests/cuda/host/*_on_host.h)
    emulations=("${emulations[@]##*/}")
    name=$(basename "${file%.*}")
    object=$out/$name.o
    # What the last run has read, and what was in it.
    key() {
        printf '%s\n' "$file" "$@" "$TENDON_COMPILER"
        tr -d '\\' < "$object.d" | sed 's/^[^:]*://' | xargs sha256sum || echo "changed $RANDOM"
    }
    if [ -f "$object" ] && [ -f "$object.d" ] && [ "$(key "$@" 2> /dev/null | sha256sum)" = "$(cat "$object.key" 2> /dev/null)" ]; then
        exit 0
    fi
    rm -f "$object.key"
    case $file in
        *.cu)
            # What is the same in every module stays outside: the types, and what stands for the device's own features.
            printf '#include "%s"\n' types.cuh "${emulations[@]}"
            printf 'namespace module_%s {\n#include "%s"\n}\n' "$name" "$file"
            ;;
        *) printf '#include "%s"\n' "$file" ;;
    esac > "$out/$name.unit.cc"
    $CXX -std=c++17 -DTENDON_ON_HOST -I . -I kernels/include -I tests/cuda/host "$@" -MD -MF "$object.d" \
        -c "$out/$name.unit.cc" -o "$object.new"
    mv "$object.new" "$object"
    key "$@" | sha256sum > "$object.key"
    exit 0
fi

out=$1
shift
flags=()
while [ "$1" != -- ]; do flags+=("$1"); shift; done
shift
mkdir -p "$out"
export CXX=${CXX:-c++}
TENDON_COMPILER=$($CXX --version | head -n 1)
export TENDON_COMPILER
for file in "$@"; do echo "$file"; done |
    xargs -P "${TENDON_JOBS:-$(nproc)}" -I{} "$root/tests/cuda/host/compile.sh" --one "$out" {} "${flags[@]}"
