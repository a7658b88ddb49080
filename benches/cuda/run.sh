#!/usr/bin/env bash
# Everything of this folder on the GPU of this machine: correctness, and speed beside PyTorch; tables come last.
#
#   ./run.sh [STEP…]        all steps in the order below, or those named; "bench" names those that measure
#
#   info start              the machine; a first training step in a new process, before anything else is warm
#   table                   the op table against the reference
#   memory reduce softmax matmul own small copies training variants       benchmarks (bench.py)
#   off off-wgmma           the op table without NVIDIA's libraries
#   stress review cuda digits cpu-digits       more tests, and a training
#   memcheck racecheck synccheck               compute-sanitizer, where it is installed
#
# Needs Linux x86-64, a CUDA driver, and for the benchmarks python3, in $PYTHON if it is another one; with PyTorch, for
# its column. A step that fails or takes too long does not stop the others. $OUT (default: out) gets
#
#   summary                 a line per step
#   all.log                 what the steps printed
#   bench.txt bench.json    the tables; all numbers, with the kernels that ran
#
# No step starts later than TENDON_RUN_SECONDS (1500) after the first, and none goes on after it. TENDON_BENCH_ARGS are
# for bench.py. Ends with 0 when nothing failed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/out}
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 2
cd "$here" || exit 2

bench_steps="memory reduce softmax matmul own small copies training variants"
steps="info start table $bench_steps off off-wgmma stress review cuda digits cpu-digits memcheck racecheck synccheck"
wanted=
for name in "$@"; do
    case " $steps bench " in
        *" $name "*) ;;
        *) echo "run.sh: no step is called $name: $steps bench" >&2; exit 2 ;;
    esac
    [ "$name" != bench ] || name="start $bench_steps"
    wanted="$wanted $name "
done

began=$SECONDS
deadline=${TENDON_RUN_SECONDS:-1500}
failed=0 not_run=0 interrupted=false job=
rm -f "$out/bench.json" "$out/bench.txt"
: > "$out/summary"
: > "$out/all.log"

# What the driver compiles is kept between steps, and not taken from another run.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The step that runs is told to end, the others do not start, and the tables are printed.
trap 'interrupted=true; [ -z "$job" ] || kill -TERM "$job" 2> /dev/null' INT TERM HUP
export CUDA_CACHE_PATH=$work/cache CUDA_CACHE_MAXSIZE=1073741824
export LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export RUST_BACKTRACE=0 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A test's own child that hangs is to end before its step does.
export TENDON_TEST_CHILD_SECONDS=60
python=${PYTHON:-python3}

# The library looks for cuBLASLt where pip puts it, if it knows the place.
prefix='' torch=- torch_cuda=-
{ read -r prefix && read -r torch && read -r torch_cuda; } < <(timeout 20 "$python" bench.py --about 2> /dev/null)
if [ -z "${VIRTUAL_ENV:-}" ] && [ -n "$prefix" ]; then export VIRTUAL_ENV=$prefix; fi

say() { echo "$*" | tee -a "$out/summary"; }

# step NAME SECONDS WHAT COMMAND…; a command that ends with 77 had nothing to do.
step() {
    local name=$1 limit=$2 what=$3 code=0 start=$SECONDS left state=ok log
    shift 3
    if [ -n "$wanted" ] && [[ $wanted != *" $name "* ]]; then return; fi
    left=$((deadline - (SECONDS - began)))
    if $interrupted || [ $left -lt 5 ]; then
        not_run=$((not_run + 1))
        say "$(printf '  %-6s %-62s not run: %s' -- "$what" "$($interrupted && echo interrupted || echo no time left)")"
        return
    fi
    [ "$limit" -le $left ] || limit=$left
    log=$work/$name.log
    # Programs that know it end by themselves, with all they have.
    export TENDON_DEADLINE=$(($(date +%s) + limit - (limit > 20 ? 6 : 1)))
    # Through a shell, which knows the functions below. It waits for what it started even when told to end.
    timeout --kill-after=5 "$limit" bash -c 'trap : TERM; "$@"' _ "$@" > "$log" 2>&1 &
    job=$!
    # A signal to this script ends the wait, not the step. That a step was killed is said below.
    wait "$job" 2> /dev/null || code=$?
    while kill -0 "$job" 2> /dev/null; do wait "$job" 2> /dev/null || code=$?; done
    job=
    case $code in
        0) ;;
        77) state=-- not_run=$((not_run + 1)) ;;
        124 | 137) state=FAIL what="$what (stopped after $((SECONDS - start)) s)" ;;
        *) state=FAIL ;;
    esac
    say "$(printf '  %-6s %-62s %4d s' "$state" "$what" $((SECONDS - start)))"
    {
        echo "======== $name: $what: $state, ended with $code after $((SECONDS - start)) s"
        cat "$log"
    } >> "$out/all.log"
    if [ $state = FAIL ]; then
        failed=$((failed + 1))
        grep -E -A 1 'panicked at|Failure|FAILED|rror:|violation|killed' "$log" | grep -v '^--$' |
            head -n 8 | cut -c 1-300 | sed 's/^/           /'
    elif [ $state = -- ]; then
        tail -n 1 "$log" | sed 's/^/           /'
    fi
    # Now, and not only at the end: whoever stops all of it has the tables too.
    [ ! -s "$out/bench.json" ] || timeout 20 "$python" bench.py --table "$out/bench.json" > "$out/bench.txt" 2>&1
}

info() {
    nvidia-smi 2> /dev/null || echo "no nvidia-smi"
    echo "$python: $("$python" --version 2>&1), in ${prefix:-?}; PyTorch $torch for CUDA $torch_cuda"
    echo "VIRTUAL_ENV=${VIRTUAL_ENV:-} CONDA_PREFIX=${CONDA_PREFIX:-} TENDON_CUDA_LIBS=${TENDON_CUDA_LIBS:-}"
    uname -a
    getconf GNU_LIBC_VERSION
    nproc
    free -g 2> /dev/null
    sanitizer_tool || echo "no compute-sanitizer"
}
on_cuda() { TENDON_TEST_DEVICE=cuda:0 "$@"; }
own_kernels() { TENDON_CUDA_LIBS=off on_cuda "$@"; }
# Not in parallel, and not captured: what was printed is there when a test hangs.
op_table() { bin/op_table --skip every_c_function_that_computes_has_a_row --test-threads=1 --nocapture "$@"; }
table() {
    local code=0
    on_cuda op_table || code=$?
    if ! bin/first_step --cublas; then
        echo "cuBLASLt was not found: the products of this step are those of the library's own kernels"
        if [ "$torch_cuda" != - ]; then
            echo "FAILED: PyTorch $torch has one, in $prefix"
            code=1
        fi
    fi
    return $code
}
# shellcheck disable=SC2086 # TENDON_BENCH_ARGS are several words
bench() { "$python" bench.py --group "$1" --json "$out/bench.json" ${TENDON_BENCH_ARGS:-}; }
digits() { bin/train_digits --csv data/digits.csv --svg "$work/digits.svg" --device "$1"; }

sanitizer_tool() {
    local path
    command -v compute-sanitizer && return
    for path in /usr/local/cuda*/bin/compute-sanitizer; do
        [ ! -x "$path" ] || { echo "$path"; return 0; }
    done
    return 1
}
# sanitize TOOL COMMAND…: errors that calls return are part of what tests provoke.
sanitize() {
    local which=$1 tool
    shift
    tool=$(sanitizer_tool) || { echo "compute-sanitizer is not installed"; return 77; }
    TENDON_CUDA_LIBS=off TENDON_TEST_DEVICE=cuda:0 \
        "$tool" --tool "$which" --error-exitcode 9 --report-api-errors no "$@"
}
# One test of bin/cuda as the child that it would start. It says when it is over: no test of that name is no error.
products() {
    local test=products::$1 code
    shift
    TENDON_TEST_CUDA=real TENDON_TEST_PART="$test " "$@" bin/cuda --exact "$test" --nocapture --test-threads=1 2>&1 |
        tee "$work/part.log"
    code=${PIPESTATUS[0]}
    if [ "$code" = 0 ] && ! grep -q 'the part is done' "$work/part.log"; then
        echo "FAILED: $test ran nothing"
        code=1
    fi
    return "$code"
}
memcheck() {
    local code=0
    # Every 4th row: each launch is slow here.
    TENDON_TEST_EVERY=4 sanitize memcheck bin/op_table --exact integers_are_exact --nocapture || code=$?
    [ $code != 77 ] || return 77
    TENDON_TEST_EVERY=8 sanitize memcheck bin/op_table --test-threads=1 --nocapture \
        --exact values_agree_with_the_reference_in_every_float_dtype_and_layout || code=$?
    products kernels_are_chosen_by_shape_and_layout sanitize memcheck || code=$?
    TENDON_CUDA_GEMM=wgmma products warpgroups_where_they_are_asked_for sanitize memcheck || code=$?
    return $code
}
races() { products kernels_are_chosen_by_shape_and_layout sanitize "$1"; }

export -f info on_cuda own_kernels op_table table bench digits sanitizer_tool sanitize products memcheck races
export python prefix torch torch_cuda out work

step info 90 "the machine" info
step start 150 "from nothing to the first training step" bench start
step table 150 "op table on the GPU against the reference" table
step memory 120 "benchmark: memory-bound ops" bench memory
step reduce 90 "benchmark: reductions" bench reduce
step softmax 90 "benchmark: softmax, losses" bench softmax
step matmul 120 "benchmark: matrix products" bench matmul
step own 120 "benchmark: matrix products by own kernels" bench own
step small 60 "benchmark: small ops, from C and from Python" bench small
step copies 60 "benchmark: copies between host and device" bench copies
step training 90 "benchmark: training" bench training
step variants 240 "benchmark: kernels for tensor cores, one by one" bench variants
step off 150 "op table without NVIDIA's libraries" own_kernels op_table
step off-wgmma 150 "the same with the kernels for warpgroups" env TENDON_CUDA_GEMM=wgmma bash -c 'own_kernels op_table'
step stress 90 "several threads" on_cuda bin/stress --nocapture
step review 60 "autograd's corners" on_cuda bin/review --nocapture
# What reads files of the source tree is left out.
step cuda 150 "CUDA's own tests: leaks, memory, streams, no driver" env TENDON_TEST_CUDA=real \
    bin/cuda --skip coverage --skip checkpoints_of_pytorch --test-threads=1
step digits 60 "training on the digits, GPU" digits cuda:0
step cpu-digits 60 "training on the digits, CPU" digits cpu
step memcheck 240 "compute-sanitizer: memory" memcheck
step racecheck 150 "compute-sanitizer: races in shared memory" races racecheck
step synccheck 150 "compute-sanitizer: barriers" races synccheck

echo
grep -hs accuracy "$work/digits.log" "$work/cpu-digits.log"
if [ -f "$out/bench.txt" ]; then cat "$out/bench.txt"; fi
echo
cat "$out/summary"
say "$((SECONDS - began)) s, $failed failed, $not_run not run; all that was printed: $out/all.log"
[ $failed = 0 ] && ! $interrupted
