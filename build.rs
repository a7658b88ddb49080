//! Gives the development cdylib the soname and link flags that the installed library has.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtendon.so.{}", env!("CARGO_PKG_VERSION_MAJOR"));
        // Thread-exit destructors of a live thread must still find their code after a dlclose.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
