#!/usr/bin/env bash
# Packs a folder that tests and measures the library on a machine with a GPU, without Rust, a compiler or a network:
#
#   scripts/gpu-bundle.sh [OUT]       default build/gpu-bundle, and OUT.tar.xz; run.sh in it does the rest, there
#
# The library is that of build/dist. Tests are stripped executables of `cargo test --release`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
out=${1:-build/gpu-bundle}
out=${out%/}
dist=${TENDON_DIST:-build/dist}
folder_mb=60
archive_mb=40
# What runs where that glibc is: Ubuntu 22.04 and newer.
glibc=2.35

fail() {
    echo "gpu-bundle: $*" >&2
    exit 1
}

rm -rf "$out" "$out.tar.xz"
mkdir -p "$out/bin" "$out/lib" "$out/data"
cp -P "$dist"/lib/libtendon.so.* "$out/lib/"

# The tests, by name: the executables that cargo says it has built.
cargo test --locked --release --no-run --message-format=json \
    --test op_table --test cuda --test stress --test review > "$out.json"
for name in op_table cuda stress review; do
    target="\"target\":{\"kind\":\[\"test\"\][^}]*\"name\":\"$name\""
    program=$(sed -n "s/.*$target.*\"executable\":\"\([^\"]*\)\".*/\1/p" "$out.json" | tail -n 1)
    [ -n "$program" ] || fail "cargo built no test $name"
    "${STRIP:-strip}" -o "$out/bin/$name" "$program"
done
rm "$out.json"

# C programs take the library that lies beside them: one copy of it is enough.
compile() {
    local name=$1
    shift
    # shellcheck disable=SC2016 # the loader knows $ORIGIN
    "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -I "$dist/include" "$@" "$out"/lib/libtendon.so.*.* -lm \
        -Wl,-rpath,'$ORIGIN/../lib' -o "$out/bin/$name"
    "${STRIP:-strip}" "$out/bin/$name"
}
compile train_digits c_examples/train_digits.c c_examples/train_digits/*.c
compile first_step benches/cuda/first_step.c
compile small_ops benches/cuda/small_ops.c
cp c_examples/data/digits.csv "$out/data/"
cp benches/cuda/run.sh benches/cuda/bench.py benches/cuda/tendon.py "$out/"

for program in "$out"/bin/* "$out"/lib/libtendon.so.*.*; do
    needs=$(readelf -V "$program" | grep -o 'GLIBC_2\.[0-9.]*' | sort -Vu | tail -n 1)
    needs=${needs#GLIBC_}
    [ "$(printf '%s\n' "$glibc" "${needs:-0}" | sort -V | tail -n 1)" = "$glibc" ] ||
        fail "$program needs glibc $needs, and is to run with $glibc: build it on an older system"
done

# Links and modes stay; names, times and owners of the machine that packs do not matter.
tar -C "$(dirname "$out")" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$(basename "$out")" |
    xz -9 -T 1 > "$out.tar.xz"

mb() { echo $((($(du -sk "$1" | cut -f 1) + 1023) / 1024)); }
folder=$(mb "$out") archive=$(mb "$out.tar.xz")
echo "gpu-bundle: $out, $folder MB; $out.tar.xz, $archive MB. On a machine with a GPU:"
echo "    tar xJf $(basename "$out").tar.xz && $(basename "$out")/run.sh"
[ "$folder" -lt $folder_mb ] || fail "the folder has $folder MB, and is to have less than $folder_mb"
[ "$archive" -lt $archive_mb ] || fail "the archive has $archive MB, and is to have less than $archive_mb"
