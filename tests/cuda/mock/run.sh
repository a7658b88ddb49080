#!/usr/bin/env bash
# The library on the mock CUDA driver: the mock's own test, then the tests that TENDON_TEST_DEVICE puts on cuda:0.
#
#   tests/cuda/mock/run.sh [--full]
#
# --full: besides, everything as late as CUDA allows, threads of kernels in random order, an older device, without
# NVIDIA's libraries, and every allocation of the CPU's failing in turn. (tests/cuda is part of `cargo test`; its long
# forms are those of TENDON_TEST_FULL=1.)
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
full=''
[ "${1:-}" != --full ] || full=yes

tests/cuda/mock/build.sh build/cuda-mock
build/cuda-mock/selftest

report=build/cuda-mock/report
export TENDON_TEST_DEVICE=cuda:0 TENDON_CUDA_LIBS=$root/build/cuda-mock MOCK_CUDA_REPORT=$root/$report

# on_mock WHAT [VARIABLE=VALUE…] -- TEST…
on_mock() {
    local what=$1 test tests=() variables=() code=0
    shift
    while [ "$1" != -- ]; do variables+=("$1"); shift; done
    shift
    for test; do tests+=(--test "$test"); done
    rm -f "$report"
    echo "on the mock, $what: $*"
    env "${variables[@]}" LD_LIBRARY_PATH="$root/build/cuda-mock${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
        cargo test --locked --quiet "${tests[@]}" > build/cuda-mock/log 2>&1 || code=$?
    if [ $code != 0 ]; then
        cat build/cuda-mock/log
        exit $code
    fi
    grep -h '^test result' build/cuda-mock/log
    # As many tests, as many processes that must have been seen by the mock, and nothing that it objects to.
    if [ ! -s "$report" ] || grep '^violation' "$report"; then
        echo "$report: the mock driver saw no process, or misuse"
        exit 1
    fi
}

# python_on_mock WHAT [VARIABLE=VALUE…]: the Python package.
python_on_mock() {
    local what=$1 code=0
    shift
    rm -f "$report"
    echo "on the mock, $what: bindings/python/tests/test_cuda.py"
    cargo build --locked --quiet
    env "$@" LD_LIBRARY_PATH="$root/build/cuda-mock${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" PYTHONDONTWRITEBYTECODE=1 \
        PYTHONPATH=bindings/python TENDON_LIBRARY="${CARGO_TARGET_DIR:-target}/debug/libtendon.so" \
        "${PYTHON:-python3}" bindings/python/tests/test_cuda.py > build/cuda-mock/log 2>&1 || code=$?
    if [ $code != 0 ] || grep -q skipped build/cuda-mock/log || [ ! -s "$report" ] || grep '^violation' "$report"; then
        cat build/cuda-mock/log
        exit 1
    fi
    grep '^Ran' build/cuda-mock/log
}

on_mock "as it is" -- op_table stress review
python_on_mock "as it is"
[ -n "$full" ] || exit 0
on_mock "as late as can be" MOCK_CUDA_DEFER=1 -- op_table stress review
python_on_mock "as late as can be" MOCK_CUDA_DEFER=1
on_mock "threads in random order" MOCK_CUDA_ORDER=random -- op_table
on_mock "without NVIDIA's libraries" TENDON_CUDA_LIBS=off -- op_table
on_mock "an older device" TENDON_CUDA_LIBS=off MOCK_CUDA_CAPABILITY=75 -- op_table
on_mock "allocations of the CPU's fail" -- faults
