#!/usr/bin/env bash
# Packs a folder that tests and measures the library on a machine with a GPU, without Rust, a compiler or a network:
#
#   scripts/gpu-bundle.sh [OUT]       default build/gpu-bundle; its run.sh does the rest, there
#
# The library is that of build/dist. Tests are stripped executables of `cargo test --release`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
out=${1:-build/gpu-bundle}
dist=${TENDON_DIST:-build/dist}
limit_mb=60

rm -rf "$out"
mkdir -p "$out/bin" "$out/lib" "$out/data"
cp -P "$dist"/lib/libtendon.so.* "$out/lib/"

# The tests, by name: the executables that cargo says it has built.
cargo test --locked --release --no-run --message-format=json \
    --test op_table --test cuda --test stress --test review > build/gpu-bundle.json
for name in op_table cuda stress review; do
    program=$(sed -n "s/.*\"target\":{\"kind\":\[\"test\"\][^}]*\"name\":\"$name\".*\"executable\":\"\([^\"]*\)\".*/\1/p" \
        build/gpu-bundle.json | tail -n 1)
    [ -n "$program" ] || { echo "gpu-bundle: cargo built no test $name" >&2; exit 1; }
    "${STRIP:-strip}" -o "$out/bin/$name" "$program"
done
rm build/gpu-bundle.json

TENDON_DIST=$dist scripts/compile.sh c_examples/train_digits.c "$out/bin/train_digits"
cp c_examples/data/digits.csv "$out/data/"
for name in first_step small_ops; do
    "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -I "$dist/include" "benches/cuda/$name.c" "$out"/lib/libtendon.so.*.* \
        -Wl,-rpath,'$ORIGIN/../lib' -o "$out/bin/$name"
done
"${STRIP:-strip}" "$out"/bin/*
cp benches/cuda/run.sh benches/cuda/bench.py benches/cuda/tendon.py "$out/"

mb=$(($(du -sk "$out" | cut -f 1) / 1024))
echo "gpu-bundle: $out, $mb MB: copy it to a machine with a GPU and start run.sh"
[ $mb -lt $limit_mb ] || { echo "gpu-bundle: more than $limit_mb MB" >&2; exit 1; }
