#!/usr/bin/env bash
# Checks that the tools are here, and installs the missing ones where that is allowed (root, or sudo without a password):
#
#   scripts/setup.sh [GROUP…]       build: cargo cc binutils · test: c++ cmake pkg-config python3
#                                   examples: what single examples need; they are skipped where it cannot be had
#                                   lint: rustfmt clippy python3 · bench: python3
#                                   full: valgrind clang (libFuzzer) python3 with pip · bindings: python3 with venv
#                                   bundle: xz binutils
#                                   (default: build test examples lint full)
set -euo pipefail
cd "$(dirname "$0")/.."

groups=${*:-build test examples lint full}
packages=() for_examples=()
has() { command -v "$1" > /dev/null 2>&1; }
# needs COMMAND PACKAGE: notes the Debian/Ubuntu package when the command is missing.
needs() { has "$1" || packages+=("$2"); }

for group in $groups; do
    case $group in
        build)
            needs cc gcc
            needs ld binutils
            needs ar binutils
            needs objcopy binutils
            needs make make
            ;;
        test)
            needs cc gcc
            needs c++ g++
            needs cmake cmake
            needs pkg-config pkg-config
            needs readelf binutils
            needs python3 python3
            ;;
        examples)
            for source in c_examples/*.c c_examples/*.cpp; do
                for package in $(scripts/compile.sh --lacks "$source"); do for_examples+=("$package"); done
            done
            ;;
        lint) needs python3 python3 ;;
        full)
            needs python3 python3
            # scripts/cuda-tools.sh
            if ! has python3 || ! python3 -m pip --version > /dev/null 2>&1; then packages+=(python3-pip); fi
            needs valgrind valgrind
            needs clang clang
            # libFuzzer comes with the compiler's runtime, which distributions pack apart from it.
            if has clang && [ ! -e "$(clang -print-file-name=libclang_rt.fuzzer-"$(uname -m)".a)" ]; then
                packages+=("libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev")
            elif ! has clang; then
                packages+=(libclang-rt-dev)
            fi
            ;;
        bench) needs python3 python3 ;;
        bundle)
            needs xz xz-utils
            needs readelf binutils
            ;;
        bindings)
            # Debian packs what venv needs apart from python3.
            if ! has python3 || ! python3 -c 'import venv, ensurepip' 2> /dev/null; then
                packages+=(python3 python3-venv)
            fi
            ;;
        *) echo "setup: unknown group '$group' (build, test, examples, lint, full, bench, bindings, bundle)" >&2; exit 2 ;;
    esac
done

as_root=''
if [ "$(id -u)" != 0 ]; then
    as_root='sudo -n'
fi
can_install() { has apt-get && { [ -z "$as_root" ] || { has sudo && sudo -n true 2> /dev/null; }; }; }
# installs PACKAGE…
installs() {
    echo "setup: installing $* with apt-get"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

if [ ${#packages[@]} -gt 0 ]; then
    mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
    if can_install; then
        installs "${packages[@]}"
    else
        echo "setup: missing tools. Please install: ${packages[*]}" >&2
        echo "setup: on Debian and Ubuntu: sudo apt-get install ${packages[*]}" >&2
        exit 1
    fi
fi

if [ ${#for_examples[@]} -gt 0 ] && ! { can_install && installs "${for_examples[@]}"; }; then
    echo "setup: some examples are skipped; they need ${for_examples[*]}" >&2
fi

if [[ " $groups " == *" test "* ]]; then
    cmake_version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    if [ "$(printf '3.20\n%s\n' "$cmake_version" | sort -V | head -n 1)" != 3.20 ]; then
        echo "setup: cmake $cmake_version is too old; 3.20 or later is needed" >&2
        exit 1
    fi
fi

if ! has cargo; then
    echo "setup: no Rust toolchain. Install one as https://rustup.rs says, then run this again." >&2
    exit 1
fi
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust=$(rustc --version | sed 's/rustc \([0-9.]*\).*/\1/')
if [ "$(printf '%s\n%s\n' "$wanted" "$rust" | sort -V | head -n 1)" != "$wanted" ]; then
    echo "setup: rustc $rust is too old; $wanted or later is needed (rustup update)" >&2
    exit 1
fi
if [[ " $groups " == *" lint "* ]]; then
    for tool in rustfmt clippy; do
        command=cargo-$tool
        [ $tool = clippy ] || command=cargo-fmt
        if ! has $command; then
            has rustup || { echo "setup: $tool is missing; install it beside cargo" >&2; exit 1; }
            rustup component add $tool
        fi
    done
fi

# From here on the build needs no network.
cargo fetch --locked --quiet || {
    echo "setup: cargo could not fetch the packages of Cargo.lock; a network is needed once" >&2
    exit 1
}
