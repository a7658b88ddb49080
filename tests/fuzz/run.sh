#!/usr/bin/env bash
# tests/fuzz/run.sh [TARGET] [SECONDS] [libFuzzer options]: builds a fuzz target with coverage of the Rust side and runs
# it, from the committed cases on. Targets:
#
#   calls      sequences of calls of the C API (tests/fuzz/corpus); the default
#   readers    every reader of files, each for SECONDS
#   npy ...    one of them: the folders of tests/fuzz/seeds
#
# What a target finds it leaves in build/fuzz as crash-...; run that file with
#
#   build/fuzz/fuzz_calls FILE, or FUZZ_READER=npy build/fuzz/fuzz_readers FILE
#
# A short form of it, and a name that says what it shows, belong into tests/fuzz/corpus or tests/fuzz/seeds/npy.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=calls
if [[ ${1:-} =~ ^[a-z] ]]; then
    target=$1
    shift
fi
seconds=${1:-60}
shift $(($# > 0))
case $target in
calls) program=fuzz_calls readers= ;;
readers) program=fuzz_readers readers=$(ls tests/fuzz/seeds) ;;
*) program=fuzz_readers readers=$target ;;
esac
for reader in $readers; do
    [ -d "tests/fuzz/seeds/$reader" ] || { echo "fuzz: there is no target $reader" >&2; exit 2; }
done

CLANG=${CLANG:-clang}
host=$(rustc -vV | sed -n 's/^host: //p')
built=${CARGO_TARGET_DIR:-target}/fuzz
out=build/fuzz
mkdir -p "$out"

# Panics on overflow and debug assertions: a defect shows as TENSOR_ERR_INTERNAL, which the targets take for a finding.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cdebug-assertions=on -Coverflow-checks=on -Ccodegen-units=16"
# With --target, build scripts and macros are built without these flags.
cargo rustc --locked --quiet --release --lib --crate-type staticlib --target "$host" --target-dir "$built"
"$CLANG" -std=c11 -D_GNU_SOURCE -Wall -Wextra -O1 -g -fsanitize=fuzzer -Iinclude "tests/fuzz/$program.c" \
    "$built/$host/release/libtendon.a" -o "$out/$program" -lpthread -ldl -lm

[ "$seconds" != 0 ] || exit 0
bad=0

# run NAME SEEDS OPTIONS: one target; $out/NAME takes what it learns.
run() {
    local name=$1 seeds=$2 code=0 findings
    shift 2
    mkdir -p "$out/$name"
    touch "$out/begun"
    "$out/$program" -max_total_time="$seconds" -len_control=1 -entropic=0 -reload=0 -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$out/" "$@" "$out/$name" "$seeds" > "$out/log-$name" 2>&1 || code=$?
    grep -E '^(FINDING|fuzz_[a-z]+:|stat::(number_of_executed_units|average_exec_per_sec)|SUMMARY|artifact_prefix)' \
        "$out/log-$name" | sed "s/^/$name: /" || true
    findings=$(find "$out" -maxdepth 1 -newer "$out/begun" \
        \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' \) | wc -l)
    echo "fuzz: $name: $findings findings in $seconds s (the log is $out/log-$name)"
    if [ "$code" != 0 ] || [ "$findings" != 0 ]; then bad=1; fi
}

if [ "$program" = fuzz_calls ]; then
    run calls tests/fuzz/corpus -max_len=4096 "$@"
fi
for reader in $readers; do
    FUZZ_READER=$reader run "$reader" "tests/fuzz/seeds/$reader" -max_len=8192 "$@"
done
exit $bad
