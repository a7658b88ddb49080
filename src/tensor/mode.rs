//! Whether this thread records a graph.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Ops on tracked tensors are recorded.
    Grad,
    /// Nothing is recorded (`torch.no_grad`).
    NoGrad,
    /// Nothing is recorded, and what is made here can never take part in a graph (`torch.inference_mode`).
    Inference,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Grad) };
}

#[inline]
pub fn current() -> Mode {
    MODE.get()
}

/// Sets the mode of this thread and returns the one before.
pub fn replace(mode: Mode) -> Mode {
    MODE.replace(mode)
}

/// The mode of this thread for as long as the guard lives.
pub fn within(mode: Mode) -> impl Drop {
    struct Restore(Mode);
    impl Drop for Restore {
        fn drop(&mut self) {
            MODE.set(self.0);
        }
    }
    Restore(MODE.replace(mode))
}
