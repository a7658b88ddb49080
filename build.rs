//! Packs the prebuilt PTX of kernels/ into the library, and gives the development cdylib the soname and link flags that
//! the installed library has.
#[allow(dead_code)] // Includes and options are for `cargo xtask ptx`.
#[path = "kernels/sources.rs"]
mod sources;

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=kernels");
    println!("cargo:rerun-if-env-changed=TENDON_WITHOUT_PTX");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtendon.so.{}", env!("CARGO_PKG_VERSION_MAJOR"));
        // Thread-exit destructors of a live thread must still find their code after a dlclose.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let without = std::env::var("TENDON_WITHOUT_PTX").is_ok_and(|value| value == "1");
    if let Err(why) = pack(Path::new("kernels"), Path::new(&out), without) {
        eprintln!("{why}");
        std::process::exit(1);
    }
}

/// `out`/kernels.rs, the table of the modules. Each is the text of the PTX as a zlib stream in a file beside it.
fn pack(kernels: &Path, out: &Path, without: bool) -> Result<(), String> {
    let mut table = String::from(
        "/// Name, bytes of its PTX, that text as a zlib stream. In the order of the names.\n\
         pub static KERNELS: &[(&str, usize, &[u8])] = &[\n",
    );
    for module in if without { Vec::new() } else { sources::modules(kernels)? } {
        let path = kernels.join("prebuilt").join(format!("{}.ptx", module.name));
        let stale = |what: &str| {
            format!("{} {what}: run `cargo xtask ptx` (or build without CUDA: TENDON_WITHOUT_PTX=1)", path.display())
        };
        let text = std::fs::read_to_string(&path).map_err(|e| stale(&format!("cannot be read ({e})")))?;
        let text = text.replace("\r\n", "\n");
        if !text.starts_with(&module.head()) {
            return Err(stale(&format!("does not fit kernels/{}.cu and its includes", module.source)));
        }
        let packed = out.join(format!("{}.ptx.z", module.name));
        let bytes = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 9);
        std::fs::write(&packed, bytes).map_err(|e| format!("{}: {e}", packed.display()))?;
        table += &format!("    ({:?}, {}, include_bytes!({:?})),\n", module.name, text.len(), packed);
    }
    table += "];\n";
    std::fs::write(out.join("kernels.rs"), table).map_err(|e| format!("{}/kernels.rs: {e}", out.display()))
}
