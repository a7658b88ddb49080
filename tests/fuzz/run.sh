#!/usr/bin/env bash
# tests/fuzz/run.sh [SECONDS] [libFuzzer options]: builds the fuzz target with coverage of the Rust side and runs it,
# from the committed corpus on. What it finds it leaves in build/fuzz as crash-…; run that file with
#
#   build/fuzz/fuzz_calls FILE
#
# A short form of it, and a name that says what it shows, belong into tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift $(($# > 0))

CLANG=${CLANG:-clang}
host=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-target}/fuzz
out=build/fuzz
mkdir -p "$out/corpus"

# Panics on overflow and debug assertions: a defect shows as TENSOR_ERR_INTERNAL, which the target takes for a finding.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cdebug-assertions=on -Coverflow-checks=on -Ccodegen-units=16"
# With --target, build scripts and macros are built without these flags.
cargo rustc --locked --quiet --release --lib --crate-type staticlib --target "$host" --target-dir "$target"
"$CLANG" -std=c11 -Wall -Wextra -O1 -g -fsanitize=fuzzer -Iinclude tests/fuzz/fuzz_calls.c \
    "$target/$host/release/libtendon.a" -o "$out/fuzz_calls" -lpthread -ldl -lm

[ "$seconds" != 0 ] || exit 0
code=0
"$out/fuzz_calls" -max_total_time="$seconds" -max_len=4096 -len_control=1 -entropic=0 -reload=0 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="$out/" "$@" "$out/corpus" tests/fuzz/corpus > "$out/log" 2>&1 || code=$?
grep -E '^(FINDING|fuzz_calls:|stat::(number_of_executed_units|average_exec_per_sec)|SUMMARY|artifact_prefix)' "$out/log" || true
findings=$(find "$out" -maxdepth 1 -newer "$out/fuzz_calls" \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' \) | wc -l)
echo "fuzz: $findings findings in $seconds s (the log is $out/log)"
[ "$code" = 0 ] && [ "$findings" = 0 ]
