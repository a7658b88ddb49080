#!/usr/bin/env bash
# scripts/compile.sh SOURCE PROGRAM: one C or C++ file, and the files in the folder of its name where there is one
# (train_digits.c: train_digits/*.c), against the built library in build/dist, statically linked.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source=$1 program=$2 dist=${TENDON_DIST:-$root/build/dist}
case $source in
    *.c) compiler="${CC:-cc} -std=gnu11" suffix=c ;;
    *) compiler="${CXX:-c++} -std=c++17" suffix=${source##*.} ;;
esac
shopt -s nullglob
sources=("$source" "${source%.*}"/*."$suffix")
native=$(sed -n 's/^Libs.private: //p' "$dist/lib/pkgconfig/tendon.pc")
mkdir -p "$(dirname "$program")"
# shellcheck disable=SC2086 # compiler, flags and libraries are several words
$compiler -O2 -Wall -Wextra ${CFLAGS:-} -I "$dist/include" "${sources[@]}" "$dist/lib/libtendon.a" $native ${LDFLAGS:-} -o "$program"
