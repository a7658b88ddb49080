#!/usr/bin/env bash
# Compiles every example of c_examples/ and runs it there without arguments. Each must return 0.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
examples=(c_examples/*.c c_examples/*.cpp)
for source in "${examples[@]}"; do
    name=$(basename "$source")
    program=$PWD/build/examples/${name//./_}
    log=$program.log
    mkdir -p build/examples
    start=$(date +%s)
    if scripts/compile.sh "$source" "$program" > "$log" 2>&1 && (cd c_examples && "$program") >> "$log" 2>&1; then
        printf '  ok    %-28s %4d s\n' "$name" $(($(date +%s) - start))
    else
        printf '  FAIL  %s\n' "$name"
        tail -n 40 "$log" | sed 's/^/        /'
        exit 1
    fi
done
echo "${#examples[@]} examples ran"
