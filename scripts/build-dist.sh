#!/usr/bin/env bash
# Makes the files that are installed, laid out as a prefix:
#
#   scripts/build-dist.sh OUTDIR [--target-dir DIR] [--libdir lib]
#
#   OUTDIR/include            tendon.h, tendon.hpp, tendon/*.hpp
#   OUTDIR/lib                libtendon.a, libtendon.so -> .so.0 -> .so.0.1.0, pkgconfig/, cmake/Tendon/
#   OUTDIR/share/tendon       tendon.json, the API as data
#   OUTDIR/share/doc/tendon   licences
#
# A Rust static library shows every symbol of its runtime. So its objects are joined into one, in which only the symbols
# of cmake/tendon.symbols stay global; the archive holds that object and the shared library is linked from it.
# Nothing is written outside OUTDIR and the target folder. Tools: $CARGO $CC $LD $OBJCOPY $AR $NM $READELF.
set -euo pipefail

die() { echo "build-dist: $*" >&2; exit 1; }

src=$(cd "$(dirname "$0")/.." && pwd)
out='' target_dir=$src/target libdir=lib
while [ $# -gt 0 ]; do
    case $1 in
        --target-dir) target_dir=$2; shift 2 ;;
        --libdir) libdir=$2; shift 2 ;;
        -*) die "unknown option $1" ;;
        *) [ -z "$out" ] || die "one OUTDIR only"; out=$1; shift ;;
    esac
done
[ -n "$out" ] || die "usage: scripts/build-dist.sh OUTDIR [--target-dir DIR] [--libdir lib]"
[ "$(uname -s)" = Linux ] || die "the packaged library is made on Linux only; elsewhere use the plain cargo cdylib"
case $libdir in /* | *..* | '') die "--libdir is a path inside the prefix, not '$libdir'" ;; esac

CARGO=${CARGO:-cargo} CC=${CC:-cc} LD=${LD:-ld} OBJCOPY=${OBJCOPY:-objcopy} AR=${AR:-ar} NM=${NM:-nm} READELF=${READELF:-readelf}
mkdir -p "$out" "$target_dir"
out=$(cd "$out" && pwd) target_dir=$(cd "$target_dir" && pwd)
export LC_ALL=C
# A job server of an outer make is not ours to use.
unset MAKEFLAGS MFLAGS CARGO_MAKEFLAGS

version=$("$src/scripts/version.sh")
major=${version%%.*} minor=${version#*.} minor=${minor%%.*}
so_name=libtendon.so.$major so_file=libtendon.so.${version%%[-+]*} node=TENDON_$major
work=$target_dir/tendon-dist
mkdir -p "$work"
# One run at a time in a target folder.
exec 9> "$work/lock"
if command -v flock > /dev/null; then flock 9; fi

[ -f "$src/include/tendon.h" ] || die "include/tendon.h is missing; run: make header"
[ -f "$src/cmake/tendon.symbols" ] || die "cmake/tendon.symbols is missing; run: make header"
sed -e 's/#.*//' -e 's/ .*//' -e '/^$/d' "$src/cmake/tendon.symbols" | sort > "$work/api.syms"
[ -s "$work/api.syms" ] || die "cmake/tendon.symbols lists no symbol"

# 1. One static library with everything in it. --print leaves the list of system libraries that it needs.
artifacts=$target_dir${CARGO_BUILD_TARGET:+/$CARGO_BUILD_TARGET}/dist
natives=$work/native-static-libs
# Panic messages name source files: without the builder's folders.
if [ -z "${RUSTFLAGS:-}${CARGO_ENCODED_RUSTFLAGS:-}" ]; then
    registry=${CARGO_HOME:-${HOME:-}/.cargo}/registry/src
    CARGO_ENCODED_RUSTFLAGS=--remap-path-prefix=$src=tendon
    for index in "$registry"/*; do
        CARGO_ENCODED_RUSTFLAGS+=$'\x1f'--remap-path-prefix=$index=crates
    done
    export CARGO_ENCODED_RUSTFLAGS
fi
cargo_build() {
    (cd "$src" && "$CARGO" rustc --locked --profile dist --lib --crate-type staticlib --target-dir "$target_dir" \
        ${TENDON_CARGO_FLAGS:-} -- --print "native-static-libs=$natives") || die "cargo failed"
}
cargo_build
if [ ! -s "$natives" ]; then
    # The library was up to date but the list has gone: make rustc say it again.
    (cd "$src" && "$CARGO" clean --locked --profile dist -p tendon --target-dir "$target_dir")
    cargo_build
fi
[ -s "$natives" ] || die "rustc printed no list of native libraries"
native_libs=$(tr '\n' ' ' < "$natives" | sed 's/ *$//')

# 2. Nothing to do when nothing that goes in has changed: then users' programs are not linked again either.
inputs=("$artifacts/libtendon.a" "$natives" "$work/api.syms" "$src/scripts/build-dist.sh" "$src"/cmake/*.in
    "$src"/include/tendon.* "$src"/include/tendon/*.hpp "$src"/LICENSE-* "$src"/THIRD-PARTY-LICENSES)
stamp=$({ sha256sum "${inputs[@]}"; echo "$version $libdir $CC $LD"; } | sha256sum)
if [ -f "$out/.stamp" ] && [ "$(cat "$out/.stamp")" = "$stamp" ] &&
    [ -f "$out/$libdir/libtendon.a" ] && [ -f "$out/$libdir/libtendon.so" ]; then
    exit 0
fi

# 3. One object in which only the API is global.
"$LD" -r --force-group-allocation -o "$work/joined.o" --whole-archive "$artifacts/libtendon.a"
"$OBJCOPY" --remove-section=.llvmbc --remove-section=.llvmcmd --strip-debug \
    --keep-global-symbols="$work/api.syms" "$work/joined.o" "$work/tendon.o"
rm -f "$work/joined.o"

# In the archive they are hidden besides: a library of the user's that holds Tendon shows nothing of it, and two such
# libraries in one process do not take each other's. (Of two visibilities the linker keeps the narrower one.)
{ sed 's/.*/.globl &\n.hidden &/' "$work/api.syms"; echo '.section .note.GNU-stack,"",%progbits'; } |
    "$CC" -c -x assembler -o "$work/hidden.o" -
"$LD" -r -o "$work/tendon-hidden.o" "$work/tendon.o" "$work/hidden.o"
rm -f "$work/libtendon.a"
"$AR" rcsD "$work/libtendon.a" "$work/tendon-hidden.o"

# 4. The shared library: soname, versioned symbols, never unloaded (exit destructors of threads live in it).
{ echo "$node {"; echo "  global:"; sed 's/.*/    &;/' "$work/api.syms"; echo "  local: *;"; echo "};"; } > "$work/version.map"
# shellcheck disable=SC2086 # the list of libraries is several words
"$CC" -shared -o "$work/$so_file" "$work/tendon.o" -Wl,-soname,"$so_name" -Wl,--version-script="$work/version.map" \
    -Wl,-z,nodelete -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--gc-sections -Wl,--strip-all \
    -Wl,--as-needed $native_libs

# 5. Look at what came out: the API's symbols, all of them, and no other.
"$NM" -g --defined-only "$work/libtendon.a" | awk 'NF == 3 { print $3 }' | sort > "$work/archive.syms"
"$NM" -D --defined-only "$work/$so_file" | awk 'NF == 3 && $2 != "A" { print $3 }' | sort > "$work/shared.syms"
sed "s/\$/@@$node/" "$work/api.syms" | sort > "$work/versioned.syms"
diff "$work/api.syms" "$work/archive.syms" >&2 || die "libtendon.a: global symbols (>) are not the list's (<)"
diff "$work/versioned.syms" "$work/shared.syms" >&2 || die "$so_file: exported symbols (>) are not the list's (<)"
if "$READELF" -sW "$work/libtendon.a" | awk '$5 == "GLOBAL" && $7 != "UND" && $6 != "HIDDEN"' | grep .; then
    die "libtendon.a: symbols that are not hidden"
fi
"$READELF" -dW "$work/$so_file" > "$work/dynamic"
grep -q "SONAME.*\[$so_name\]" "$work/dynamic" || die "$so_file: no soname $so_name"
grep -q NODELETE "$work/dynamic" || die "$so_file: not marked nodelete"
if grep -q TEXTREL "$work/dynamic"; then die "$so_file: has text relocations"; fi

# 6. Lay it out. From the library folder up to the prefix: one `..` for each part of its name.
up=$(echo "$libdir" | sed -e 's,/*$,,' -e 's,[^/][^/]*,..,g')
fill() {
    sed -e "s|@VERSION@|$version|g" -e "s|@VERSION_MAJOR@|$major|g" -e "s|@VERSION_MINOR@|$minor|g" \
        -e "s|@LIBDIR_UP@|$up|g" -e "s|@SO_FILE@|$so_file|g" -e "s|@SO_NAME@|$so_name|g" \
        -e "s|@NATIVE_LIBS@|$native_libs|g" -e "s|@NATIVE_LIBS_CMAKE@|${native_libs// /;}|g" "$1" > "$2"
}
rm -rf "$out/.stamp" "$out/include" "$out/share/tendon" "$out/share/doc/tendon"
mkdir -p "$out/include/tendon" "$out/$libdir/pkgconfig" "$out/$libdir/cmake/Tendon" "$out/share/tendon" \
    "$out/share/doc/tendon"
install -m 644 "$src"/include/tendon.h* "$out/include/"
install -m 644 "$src"/include/tendon/*.hpp "$out/include/tendon/"
install -m 644 "$src/include/tendon.json" "$out/share/tendon/"
install -m 644 "$work/libtendon.a" "$out/$libdir/libtendon.a"
rm -f "$out/$libdir"/libtendon.so*
install -m 755 "$work/$so_file" "$out/$libdir/$so_file"
ln -s "$so_file" "$out/$libdir/$so_name"
ln -s "$so_name" "$out/$libdir/libtendon.so"
fill "$src/cmake/tendon.pc.in" "$out/$libdir/pkgconfig/tendon.pc"
for name in TendonConfig TendonConfigVersion TendonTargets; do
    fill "$src/cmake/$name.cmake.in" "$out/$libdir/cmake/Tendon/$name.cmake"
done
install -m 644 "$src"/LICENSE-* "$src/THIRD-PARTY-LICENSES" "$out/share/doc/tendon/"
echo "$stamp" > "$out/.stamp"
echo "build-dist: $out: $(wc -l < "$work/api.syms") functions, libtendon.a $(($(stat -c %s "$work/libtendon.a") / 1024)) KiB," \
    "$so_file $(($(stat -c %s "$work/$so_file") / 1024)) KiB"
