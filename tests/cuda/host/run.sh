#!/usr/bin/env bash
# The kernels on the host, under AddressSanitizer and UBSan:
#
#   tests/cuda/host/run.sh [--only WORD] [ORDER…]
#
# Builds kernels/*.cu and every *_test.cc here, and runs each test once per order (forward, backward, random,
# random:SEED; default: forward and one random order, whose seed is printed). --only: test programs with that word in
# their name. What was built is kept in build/cuda-host; $CXX and $CXXFLAGS choose the compiler.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
only='' orders=()
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=$2; shift 2 ;;
        random) orders+=("random:$((RANDOM * 32768 + RANDOM))"); shift ;;
        *) orders+=("$1"); shift ;;
    esac
done
[ ${#orders[@]} -gt 0 ] || orders=(forward "random:$((RANDOM * 32768 + RANDOM))")

export CXX=${CXX:-c++}
jobs=${TENDON_JOBS:-$(nproc)}
out=build/cuda-host/$(basename "$CXX")
# shellcheck disable=SC2206 # CXXFLAGS is several words
flags=(-O1 -g1 -Wall -Wextra -Werror -Wno-unknown-pragmas -fno-omit-frame-pointer
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=vptr ${CXXFLAGS:-})
if $CXX --version | grep -q clang; then flags+=(-Wno-pass-failed -fno-sanitize=function); fi
# Fibers end without unwinding, and stacks are not memory that leaks.
export ASAN_OPTIONS=detect_stack_use_after_return=0:detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}

tests=() modules=()
declare -A needed
for file in tests/cuda/host/*"$only"*_test.cc; do
    [ -e "$file" ] || { echo "no test named '$only'"; exit 1; }
    tests+=("$file")
    for pattern in $(sed -n '1s,^// kernels:,,p' "$file"); do
        for path in kernels/$pattern.cu; do
            [ -e "$path" ] || { echo "$file: there is no $path"; exit 1; }
            needed[$path]=1
        done
    done
done
if [ -z "$only" ]; then
    for path in kernels/*.cu; do
        [ ! -e "$path" ] || [ -n "${needed[$path]:-}" ] || { echo "no test in tests/cuda/host names $path"; exit 1; }
    done
fi
modules=("${!needed[@]}")
tests/cuda/host/compile.sh "$out" "${flags[@]}" -- tests/cuda/host/cuda_on_host.cc tests/cuda/host/test.cc \
    "${tests[@]}" "${modules[@]}"

# Links and runs one test program.
one() {
    local file=$1 name objects=() pattern path
    shift
    name=$(basename "${file%.cc}")
    objects=("$out/cuda_on_host.o" "$out/test.o" "$out/$name.o")
    for pattern in $(sed -n '1s,^// kernels:,,p' "$file"); do
        for path in kernels/$pattern.cu; do objects+=("$out/$(basename "${path%.cu}").o"); done
    done
    local newer=''
    [ -x "$out/$name" ] && newer=$(find "${objects[@]}" -newer "$out/$name")
    if [ ! -x "$out/$name" ] || [ -n "$newer" ] || [ "$(cat "$out/$name.objects" 2> /dev/null)" != "${objects[*]}" ]; then
        $CXX "${flags[@]}" "${objects[@]}" -o "$out/$name"
        echo "${objects[*]}" > "$out/$name.objects"
    fi
    local start=$SECONDS
    if "$out/$name" "$@" > "$out/$name.log" 2>&1; then
        printf '  ok    %-24s %3d s\n' "$name" $((SECONDS - start))
    else
        printf '  FAIL  %s\n' "$name"
        sed 's/^/        /' "$out/$name.log"
        return 1
    fi
}

echo "kernels on the host (${orders[*]}):"
running=0 code=0
for file in "${tests[@]}"; do
    if [ $running -ge "$jobs" ]; then
        wait -n || code=1
        running=$((running - 1))
    fi
    one "$file" "${orders[@]}" &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || code=1
    running=$((running - 1))
done
exit $code
