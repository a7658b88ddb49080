#!/usr/bin/env bash
# Small ops through the C API, beside libtorch where a python3 with torch is found (PYTHON names another one); then the
# same calls through tendon.h and tendon.hpp in turns.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/bench
cc -std=c11 -O2 -Wall -Wextra -Ibuild/dist/include benches/small.c -Lbuild/dist/lib -ltendon \
    -Wl,-rpath,"$PWD/build/dist/lib" -o build/bench/small
c++ -std=c++17 -O2 -Wall -Wextra -Ibuild/dist/include benches/small_cpp.cpp -Lbuild/dist/lib -ltendon \
    -Wl,-rpath,"$PWD/build/dist/lib" -o build/bench/small_cpp
torch=$("${PYTHON:-python3}" -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null || true)
if [ -n "$torch" ]; then
    abi=$("${PYTHON:-python3}" -c 'import torch; print(int(torch._C._GLIBCXX_USE_CXX11_ABI))')
    # C++20: today's torch headers want it.
    c++ -std=c++20 -O2 -D_GLIBCXX_USE_CXX11_ABI="$abi" -I"$torch/include" -I"$torch/include/torch/csrc/api/include" \
        benches/small_libtorch.cpp -L"$torch/lib" -ltorch_cpu -lc10 -Wl,-rpath,"$torch/lib" \
        -o build/bench/small_libtorch
fi
# Alternating, so that both meet the same machine.
for _ in 1 2; do
    build/bench/small
    if [ -n "$torch" ]; then build/bench/small_libtorch; fi
done
[ -n "$torch" ] || echo "libtorch: not installed for ${PYTHON:-python3}, nothing to compare with"
build/bench/small_cpp
