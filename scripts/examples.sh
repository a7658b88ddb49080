#!/usr/bin/env bash
# Compiles every example of c_examples/ and runs it there without arguments. Each must return 0, and print what
# c_examples/expected/NAME.txt holds where there is such a file.
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
for source in "${examples[@]}"; do
    name=$(basename "${source%.*}") log=build/examples/log start=$(date +%s)
    if passes "$source" "$name" > "$log" 2>&1; then
        printf '  ok    %-28s %4d s\n' "$name" $(($(date +%s) - start))
    else
        printf '  FAIL  %s\n' "$name"
        tail -n 40 "$log" | sed 's/^/        /'
        exit 1
    fi
done
echo "${#examples[@]} examples ran"
