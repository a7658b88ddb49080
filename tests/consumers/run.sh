#!/usr/bin/env bash
# Uses the installed package as strangers would, from a temporary prefix:
#
#   tests/consumers/run.sh [DIST]      DIST: what scripts/build-dist.sh made (default: build/dist, made when missing)
#
# One line per consumer; the first failure prints what happened and ends the run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
dist=${1:-$root/build/dist}
target_dir=${TENDON_CARGO_TARGET_DIR:-$root/target}
CC=${CC:-cc} CXX=${CXX:-c++}
[ -f "$dist/include/tendon.h" ] || "$root/scripts/build-dist.sh" "$dist" --target-dir "$target_dir"
dist=$(cd "$dist" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
count=0 skipped=0

# passes NAME command…: one consumer.
passes() {
    local name=$1
    shift
    if "$@" > "$log" 2>&1; then
        count=$((count + 1))
        printf '  ok    %s\n' "$name"
    else
        printf '  FAIL  %s\n' "$name"
        sed 's/^/        /' "$log"
        exit 1
    fi
}

# A prefix whose name has a blank in it, that nothing was configured for.
prefix="$work/a prefix"
mkdir -p "$prefix"
cp -a "$dist/." "$prefix/"
static_prefix=$work/static_only shared_prefix=$work/shared_only
cp -a "$prefix" "$static_prefix" && rm "$static_prefix"/lib/libtendon.so*
cp -a "$prefix" "$shared_prefix" && rm "$shared_prefix"/lib/libtendon.a
version=$("$root/scripts/version.sh")
minor=${version%.*}

strict="-Wall -Wextra -Werror"
cmake_tensors=OFF
has() { grep -q "$1(" "$prefix/include/tendon.h"; }
if has tensor_ones && has tensor_sum && has tensor_item_f64 && has tensor_release; then
    strict+=" -DHAS_TENSORS"
    cmake_tensors=ON
fi

needs_shared() { readelf -d "$1" | grep -q 'NEEDED.*libtendon\.so\.'; }

# cmake_consumer SOURCE KIND [cmake arguments…]: configures, builds, runs both programs, looks how they are linked.
cmake_consumer() {
    local source=$1 kind=$2
    shift 2
    local build=$work/build
    rm -rf "$build"
    cmake -S "$here/$source" -B "$build" -DHAS_TENSORS=$cmake_tensors "$@" && cmake --build "$build" || return 1
    local language
    for language in c cpp; do
        "$build/hello_$language" || return 1
        if needs_shared "$build/hello_$language"; then
            [ "$kind" = shared ] || { echo "hello_$language is linked with the shared library"; return 1; }
        else
            [ "$kind" = static ] || { echo "hello_$language is not linked with the shared library"; return 1; }
        fi
    done
}

found() {
    local expected=$1 want=$2 in=$3
    rm -rf "$work/build"
    cmake -S "$here/missing" -B "$work/build" "-DCMAKE_PREFIX_PATH=$in" "-DWANT=$want" "-DEXPECTED=$expected"
}

echo "consumers of $prefix:"
passes "find_package, BUILD_SHARED_LIBS=ON" cmake_consumer find_package shared -DBUILD_SHARED_LIBS=ON "-DCMAKE_PREFIX_PATH=$prefix"
passes "find_package, BUILD_SHARED_LIBS=OFF" cmake_consumer find_package static -DBUILD_SHARED_LIBS=OFF "-DCMAKE_PREFIX_PATH=$prefix"
passes "find_package COMPONENTS shared" cmake_consumer find_package shared -DCOMPONENT=shared "-DCMAKE_PREFIX_PATH=$prefix"
passes "find_package COMPONENTS static" cmake_consumer find_package static -DCOMPONENT=static -DBUILD_SHARED_LIBS=ON "-DCMAKE_PREFIX_PATH=$prefix"
passes "find_package, only the shared library installed" cmake_consumer find_package shared "-DCMAKE_PREFIX_PATH=$shared_prefix"
passes "find_package, only the static library installed" cmake_consumer find_package static -DBUILD_SHARED_LIBS=ON "-DCMAKE_PREFIX_PATH=$static_prefix"
passes "find_package, component not installed: not found" found OFF "$minor COMPONENTS shared" "$static_prefix"
passes "find_package, unknown component: not found" found OFF "$minor COMPONENTS cuda12" "$prefix"
passes "find_package, optional unknown component: found" found ON "$minor OPTIONAL_COMPONENTS cuda12" "$prefix"
passes "find_package, same version exactly: found" found ON "$version EXACT" "$prefix"
passes "find_package, range of versions: found" found ON "0.0...99" "$prefix"
passes "find_package, other major version: not found" found OFF "99.0" "$prefix"

# The package as a part of the user's own build. Nothing may appear or change in its sources.
sources() { (cd "$root" && git ls-files -co --exclude-standard | sort | xargs -d '\n' sha256sum 2> /dev/null) || true; }
nested_installs_nothing() {
    DESTDIR=$work/nested cmake --install "$work/build" --prefix /usr && [ "$(find "$work/nested" -type f | wc -l)" = 1 ]
}
before=$(sources)
for kind in static shared; do
    shared=OFF
    [ $kind = static ] || shared=ON
    passes "add_subdirectory, BUILD_SHARED_LIBS=$shared" cmake_consumer add_subdirectory $kind "-DTENDON_SOURCE=$root" \
        -DBUILD_SHARED_LIBS=$shared "-DTENDON_CARGO_TARGET_DIR=$target_dir"
done
passes "FetchContent" cmake_consumer add_subdirectory static "-DTENDON_SOURCE=$root" -DUSE_FETCHCONTENT=ON \
    "-DTENDON_CARGO_TARGET_DIR=$target_dir"
passes "nested: installs only the user's files" nested_installs_nothing
passes "nested: the source tree is as before" test "$before" = "$(sources)"

# pkg-config. Its paths are relative to the .pc file; blanks in them are not every shell's friend, so: no blank here.
plain=$work/plain
cp -a "$prefix" "$plain"
pc() { PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config "${@:2}"; }
pkg_config_shared() {
    # shellcheck disable=SC2046,SC2086
    $CC -std=c11 $strict "$here/hello.c" $(pc "$plain" --cflags --libs tendon) -o "$work/hello" || return 1
    needs_shared "$work/hello" && LD_LIBRARY_PATH=$plain/lib "$work/hello"
}
pkg_config_static() {
    local language=$1 compiler=$2
    # shellcheck disable=SC2046,SC2086
    $compiler $strict "$here/hello.$language" $(pc "$static_prefix" --static --cflags --libs tendon) -o "$work/hello" || return 1
    ! needs_shared "$work/hello" && "$work/hello"
}
passes "pkg-config" pkg_config_shared
passes "pkg-config --static, C" pkg_config_static c "$CC"
passes "pkg-config --static, C++" pkg_config_static cpp "$CXX"
passes "pkg-config says the version" test "$(pc "$plain" --modversion tendon)" = "$version"
nothing_absolute() { ! grep -rn "$root\|$dist" "$prefix/lib/cmake" "$prefix/lib/pkgconfig"; }
passes "no path of the builder in the package files" nothing_absolute

native=$(sed -n 's/^Libs.private: //p' "$plain/lib/pkgconfig/tendon.pc")
archive=$plain/lib/libtendon.a

# The static library inside other people's libraries.
plugin() {
    # shellcheck disable=SC2086
    $CC -shared -fPIC -fvisibility=hidden $strict -I "$plain/include" "$here/plugin.c" "$archive" $native -o "$work/plugin.so" || return 1
    local exported
    exported=$(nm -D --defined-only "$work/plugin.so" | awk '{ print $3 }')
    [ "$exported" = plugin_answer ] || { echo "exported: $exported"; return 1; }
    readelf -lW "$work/plugin.so" | grep GNU_STACK | grep -qv RWE || { echo "executable stack"; return 1; }
}
beside_rust() {
    rustc --edition 2024 -C opt-level=2 "$@" --crate-type staticlib --crate-name second -o "$work/libsecond.a" "$here/second.rs" || return 1
    # shellcheck disable=SC2086
    $CC -std=c11 $strict -I "$plain/include" "$here/two_rusts.c" "$archive" "$work/libsecond.a" $native -o "$work/two_rusts" || return 1
    "$work/two_rusts" || return 1
    # shellcheck disable=SC2086
    $CC -std=c11 $strict -I "$plain/include" "$here/two_rusts.c" "$work/libsecond.a" "$archive" $native -o "$work/two_rusts" || return 1
    "$work/two_rusts"
}
# Rust's own lld, when the system has none.
rust_lld=$(echo "$(rustc --print sysroot)"/lib/rustlib/*-linux-gnu/bin/gcc-ld)
other_linker() {
    # shellcheck disable=SC2086
    $CC -B "$rust_lld" -fuse-ld="$1" -std=c11 $strict -I "$plain/include" "$here/hello.c" "$archive" $native \
        -Wl,--gc-sections -o "$work/hello" && "$work/hello"
}
loaded() {
    # shellcheck disable=SC2086
    $CC -std=gnu11 -Wall -Wextra "$here/loader.c" -o "$work/loader" -ldl -lpthread || return 1
    "$work/loader" "$plain/lib/libtendon.so"
}
passes "inside a library with hidden symbols: only its own are seen" plugin
passes "beside another Rust library" beside_rust
passes "beside another Rust library with fat LTO" beside_rust -C lto=fat
for linker in bfd gold lld; do
    if $CC -B "$rust_lld" -fuse-ld=$linker -Wl,--version > /dev/null 2>&1; then
        passes "linked by ld.$linker with --gc-sections" other_linker $linker
    else
        skipped=$((skipped + 1))
        printf '  skip  %s\n' "ld.$linker is not here"
    fi
done
passes "dlopen, dlclose on a thread" loaded
echo "$count consumers passed, $skipped skipped"
