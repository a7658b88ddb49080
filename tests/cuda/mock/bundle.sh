#!/usr/bin/env bash
# The bundle for machines with a GPU, packed, unpacked elsewhere and run on the mock driver at tiny sizes: that it runs,
# with nothing of this folder but the mock.
#
#   tests/cuda/mock/bundle.sh [PYTHON]
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
python=${1:-python3}

scripts/gpu-bundle.sh build/gpu-bundle
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xJf build/gpu-bundle.tar.xz -C "$work"
cd "$work"
mock=$root/build/cuda-mock
if ! OUT=$work/out PYTHON=$python TENDON_RUN_SECONDS=900 TENDON_BENCH_ARGS=--tiny MOCK_CUDA_CAPABILITY=90 \
    LD_LIBRARY_PATH=$mock TENDON_CUDA_LIBS=$mock gpu-bundle/run.sh \
    info start table memory reduce softmax matmul own small copies training variants stress > "$work/said" 2>&1; then
    cat "$work/said" "$work/out/all.log"
    exit 1
fi
cat "$work/out/summary"
# Every group has its rows in the table.
for group in memory reduce softmax matmul small training variants; do
    grep -q "^$group" "$work/out/bench.txt" || { echo "bundle: no table of $group"; cat "$work/out/bench.txt"; exit 1; }
done
