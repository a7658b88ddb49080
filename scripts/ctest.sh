#!/usr/bin/env bash
# scripts/ctest.sh BUILD_DIR [cmake -D arguments…]: builds the C and C++ tests with CMake and runs them with CTest.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
shift
jobs=${TENDON_JOBS:-$(nproc)}
mkdir -p "$build"
log=$build/build.log
if ! { cmake -S "$root" -B "$build" -DTENDON_CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}" "$@" &&
    cmake --build "$build" --parallel "$jobs"; } > "$log" 2>&1; then
    tail -n 60 "$log"
    exit 1
fi
ctest --test-dir "$build" --output-on-failure --parallel "$jobs" --no-tests=error
