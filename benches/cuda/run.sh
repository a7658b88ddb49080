#!/usr/bin/env bash
# Everything of this folder on the GPU of this machine: correctness, then speed beside PyTorch; a table comes last.
#
#   ./run.sh [STEP…]        all steps, or those named: info table off stress review cuda digits cpu-digits sanitizer
#                           small bench
#
# Needs Linux x86-64, a CUDA driver, and for the benchmark python3 (with PyTorch, for its column). What the steps print
# is kept in $OUT (default: out). A step that fails or takes too long does not stop the others.
set -uo pipefail
cd "$(dirname "$0")"
here=$PWD
out=${OUT:-$here/out}
mkdir -p "$out"
wanted=" $* "
began=$SECONDS
# All of it ends before that.
deadline=${TENDON_RUN_SECONDS:-530}
failed=0
: > "$out/summary"

export LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# What the driver compiles is kept between steps, and not taken from another run.
export CUDA_CACHE_PATH=$out/cache CUDA_CACHE_MAXSIZE=1073741824
export RUST_BACKTRACE=0
rm -rf "$CUDA_CACHE_PATH"
python=${PYTHON:-python3}

# step NAME SECONDS WHAT COMMAND…
step() {
    local name=$1 limit=$2 what=$3 code=0 start=$SECONDS left
    shift 3
    if [ "$wanted" != "  " ] && [[ $wanted != *" $name "* ]]; then return; fi
    left=$((deadline - (SECONDS - began)))
    if [ $left -lt 5 ]; then
        echo "  --     $what: no time left" | tee -a "$out/summary"
        return
    fi
    [ $limit -le $left ] || limit=$left
    # Through a shell, which knows the functions below.
    timeout --kill-after=5 "$limit" bash -c '"$@"' _ "$@" > "$out/$name.log" 2>&1 || code=$?
    local line state=ok
    [ $code = 0 ] || { state=FAIL; failed=$((failed + 1)); }
    [ $code != 124 ] || what="$what (stopped after $limit s)"
    line=$(printf '  %-6s %-58s %4d s' "$state" "$what" $((SECONDS - start)))
    echo "$line" | tee -a "$out/summary"
    if [ $state = FAIL ]; then grep -E 'panicked at|Failure \{|rror|violation|killed' "$out/$name.log" | head -n 5 | cut -c 1-300 | sed 's/^/           /'; fi
}

info() {
    nvidia-smi 2> /dev/null || echo "no nvidia-smi"
    "$python" -c 'import torch; print("PyTorch", torch.__version__, torch.cuda.is_available())' || echo "no PyTorch for $python"
    uname -a
    nproc
}
on_cuda() { TENDON_TEST_DEVICE=cuda:0 "$@"; }
own_kernels() { TENDON_CUDA_LIBS=off on_cuda "$@"; }
digits() { bin/train_digits --csv data/digits.csv --svg "$out/digits-${1%%:*}.svg" --device "$1"; }
# Memory errors of kernels over part of the op table.
sanitizer() {
    local tool
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2> /dev/null | head -n 1)
    if [ -z "$tool" ]; then echo "compute-sanitizer is not installed"; return 0; fi
    TENDON_TEST_DEVICE=cuda:0 TENDON_CUDA_LIBS=off "$tool" --error-exitcode 9 --leak-check no bin/op_table integers_are_exact --exact
}
export -f info on_cuda own_kernels digits sanitizer
export python out

# The sources that these tests read are not here.
no_sources=(--skip every_c_function_that_computes_has_a_row)
step info 30 "the machine" info
step table 90 "op table on the GPU against the reference" on_cuda bin/op_table "${no_sources[@]}"
step off 60 "op table without NVIDIA's libraries" own_kernels bin/op_table "${no_sources[@]}"
step stress 40 "several threads" on_cuda bin/stress
step review 30 "autograd's corners" on_cuda bin/review
step cuda 60 "CUDA's own tests: leaks, memory, streams, no driver" env TENDON_TEST_CUDA=real bin/cuda --skip coverage --test-threads=1
step digits 40 "training on the digits, GPU" digits cuda:0
step cpu-digits 40 "training on the digits, CPU" digits cpu
step sanitizer 60 "compute-sanitizer" sanitizer
step small 20 "small ops from C" bin/small_ops
seconds=$((deadline - (SECONDS - began) - 20))
# shellcheck disable=SC2086 # TENDON_BENCH_ARGS is several words
step bench 240 "benchmark beside PyTorch" "$python" bench.py --seconds $((seconds < 220 ? seconds : 220)) --json "$out/bench.json" ${TENDON_BENCH_ARGS:-}

rm -rf "$CUDA_CACHE_PATH"
echo
if [ -f "$out/digits.log" ]; then grep -h accuracy "$out/digits.log" "$out/cpu-digits.log" 2> /dev/null; fi
if [ -f "$out/small.log" ]; then cat "$out/small.log"; fi
if [ -f "$out/bench.log" ]; then sed -n '/copy bandwidth/,$p' "$out/bench.log"; fi
echo
cat "$out/summary"
echo "$((SECONDS - began)) s, $failed failed; all that was printed: $out"
[ $failed = 0 ]
