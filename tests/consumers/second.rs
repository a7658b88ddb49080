//! Another Rust library in the same program; its panics must still be caught.

/// How many of `n` panics were caught.
#[unsafe(no_mangle)]
pub extern "C" fn second_caught_panics(n: i32) -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    (0..n).filter(|i| std::panic::catch_unwind(|| panic!("{i}")).is_err()).count() as i32
}
