#!/usr/bin/env bash
# scripts/compile.sh SOURCE PROGRAM: one C or C++ file, and the files in the folder of its name where there is one
# (train_digits.c: train_digits/*.c), against the built library in build/dist, statically linked.
#
#   scripts/compile.sh --lacks SOURCE      prints the packages that the source needs and that are not here; often none
#
# A source that needs more than Tendon says so in its first comment:
#
#   needs: PACKAGE for HEADER              the Debian/Ubuntu package, and a header of it; a line per package
#   flags: -I… -l…                         what the compiler is to be told
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
lacks=false
if [ "$1" = --lacks ]; then lacks=true; shift; fi
source=$1 program=${2:-} dist=${TENDON_DIST:-$root/build/dist}
case $source in
    *.c) compiler="${CC:-cc} -std=gnu11" suffix=c language=c ;;
    *) compiler="${CXX:-c++} -std=c++17" suffix=${source##*.} language=c++ ;;
esac
# said WORD: what the lines "WORD: …" of the first comment say.
said() { sed -n "1,15s|^[/* ]*$1: \\(.*\\)|\\1|p" "$source" | sed 's| *\*/$||'; }
flags=$(said flags)
if $lacks; then
    said needs | while read -r package _ header; do
        # shellcheck disable=SC2086 # compiler and flags are several words
        echo "#include <$header>" | $compiler $flags ${CFLAGS:-} -x $language -E - > /dev/null 2>&1 || echo "$package"
    done
    exit
fi
shopt -s nullglob
sources=("$source" "${source%.*}"/*."$suffix")
native=$(sed -n 's/^Libs.private: //p' "$dist/lib/pkgconfig/tendon.pc")
mkdir -p "$(dirname "$program")"
# shellcheck disable=SC2086 # compiler, flags and libraries are several words
$compiler -O2 -Wall -Wextra ${CFLAGS:-} -I "$dist/include" "${sources[@]}" "$dist/lib/libtendon.a" \
    $native $flags ${LDFLAGS:-} -o "$program"
