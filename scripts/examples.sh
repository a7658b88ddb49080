#!/usr/bin/env bash
# Compiles every example of c_examples/ and runs it there without arguments. Each must return 0, and print what
# c_examples/expected/NAME.txt holds where there is such a file. NAME is that of the source without its suffix;
# of a NAME.cpp beside a NAME.c, NAME_cpp. An example whose packages are not here (scripts/compile.sh) is skipped.
#
#   scripts/examples.sh [--update]     --update: writes what they print into the files that differ
set -euo pipefail
cd "$(dirname "$0")/.."
update=${1:-}
shopt -s nullglob

# passes SOURCE NAME: compile, run, compare.
passes() {
    local program=$PWD/build/examples/$2 expected=c_examples/expected/$2.txt
    scripts/compile.sh "$1" "$program" || return 1
    (cd c_examples && "$program") > "$program.out" || { echo "returned $?"; cat "$program.out"; return 1; }
    [ -f "$expected" ] || return 0
    if [ "$update" = --update ]; then cp "$program.out" "$expected"; fi
    diff "$expected" "$program.out" || { echo "prints (>) what $expected (<) does not say"; return 1; }
}

examples=(c_examples/*.c c_examples/*.cpp)
mkdir -p build/examples
ran=0 skipped=0
for source in "${examples[@]}"; do
    name=$(basename "${source%.*}") log=build/examples/log start=$(date +%s)
    if [ "${source##*.}" = cpp ] && [ -f "${source%.cpp}.c" ]; then name=${name}_cpp; fi
    lacking=$(scripts/compile.sh --lacks "$source" | paste -sd ' ')
    if [ -n "$lacking" ]; then
        printf '  skip  %-28s needs %s\n' "$name" "$lacking"
        skipped=$((skipped + 1))
        continue
    fi
    if passes "$source" "$name" > "$log" 2>&1; then
        printf '  ok    %-28s %4d s\n' "$name" $(($(date +%s) - start))
        ran=$((ran + 1))
    else
        printf '  FAIL  %s\n' "$name"
        tail -n 40 "$log" | sed 's/^/        /'
        exit 1
    fi
done
echo "$ran examples ran, $skipped skipped"
