//! The choice of the kernel for an elementwise job, and its launches.

use crate::cuda::Queue;
use crate::cuda::copy::{self, Dense, dense};
use crate::cuda::launch::launch;
use crate::cuda::mixed::{self, Mixed};
use crate::cuda::nest::{Loops, Piece};
use crate::cuda::walk::{self, Launch};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::view::{In, Out};

/// One operand: memory, or a number for all elements.
#[derive(Clone, Copy)]
pub enum Operand<'a> {
    Memory {
        x: In<'a>,
        /// The integer dtype that it wraps to on its way to the class.
        wrap: Option<DType>,
    },
    Number {
        bits: u64,
        /// The number in the class.
        class_bits: u64,
        dtype: DType,
    },
}

impl<'a> Operand<'a> {
    pub fn input(x: In<'a>, wrap: Option<DType>) -> Operand<'a> {
        Operand::Memory { x, wrap }
    }

    pub fn output(out: Out<'a>) -> Operand<'a> {
        Operand::Memory { x: In { base: out.base, dtype: out.dtype, layout: out.layout }, wrap: None }
    }

    pub fn dtype(&self) -> DType {
        match self {
            Operand::Memory { x, .. } => x.dtype,
            Operand::Number { dtype, .. } => *dtype,
        }
    }

    fn layout(&self) -> Option<&'a Layout> {
        match self {
            Operand::Memory { x, .. } => Some(x.layout),
            Operand::Number { .. } => None,
        }
    }

    /// Whether it is one element in memory, for all.
    pub fn is_uniform(&self) -> bool {
        self.layout().is_some_and(|l| l.strides().iter().zip(l.shape()).all(|(&s, &n)| s == 0 || n == 1))
    }

    fn for_walk(&self) -> walk::Operand {
        match *self {
            Operand::Memory { x, .. } => walk::Operand::Memory(x.origin().cast_mut(), x.dtype.size()),
            Operand::Number { bits, dtype, .. } => walk::Operand::Value(bits, dtype.size()),
        }
    }

    fn for_mixed(&self) -> mixed::Operand {
        match *self {
            Operand::Memory { x, wrap } => mixed::Operand::Memory(x.origin().cast_mut(), x.dtype, wrap),
            Operand::Number { class_bits, .. } => mixed::Operand::Value(class_bits),
        }
    }
}

#[derive(Clone, Copy)]
pub struct Kernel {
    pub module: &'static str,
    /// The pieces of its name.
    pub name: [&'static str; 4],
}

/// What is to be done with N operands, the output last.
pub struct Job<'a, const N: usize> {
    pub operands: [Operand<'a>; N],
    /// For whole vectors along a flat output.
    pub simple: Option<Kernel>,
    /// For all layouts.
    pub any: Option<Kernel>,
    /// For all layouts and dtypes.
    pub mixed: Kernel,
    /// Which function, for the kernels that must be told.
    pub number: Option<i32>,
    /// The bounds of clamp.
    pub values: [u64; 2],
    /// The second input is one number for all.
    pub common: bool,
}

impl<const N: usize> Job<'_, N> {
    pub fn run(&self, queue: &Queue) -> Result<()> {
        let loops = Loops::of(self.operands.map(|o| o.layout()));
        let Some(pieces) = loops.pieces() else { return self.run_dense(queue, [true; N]) };
        if self.any.is_none() {
            // Element by element across lines would read every sector many times.
            let turned = std::array::from_fn(|k| k < N - 1 && loops.is_turned(k, self.operands[k].dtype().size()));
            if turned.contains(&true) {
                return self.run_dense(queue, turned);
            }
        }
        for piece in pieces {
            self.launch(queue, &piece)?;
        }
        Ok(())
    }

    fn launch(&self, queue: &Queue, piece: &Piece<N>) -> Result<()> {
        let operands = self.operands.map(|o| o.for_walk());
        if let Some(kernel) = self.simple
            && let Some(Launch { walk, blocks, .. }) = Launch::simple(piece, operands, queue.multiprocessors())
        {
            let walk = self.with_values(walk);
            return launch!(queue, kernel.module, kernel.name, [blocks, 1, 1], walk::THREADS, 0; walk);
        }
        if let Some(kernel) = self.any {
            let Launch { walk, blocks, shared } = Launch::any(piece, operands, 4);
            let (walk, grid) = (self.with_values(walk), [blocks, 1, 1]);
            return match self.number {
                Some(number) => {
                    launch!(queue, kernel.module, kernel.name, grid, walk::THREADS, shared; walk, number)
                }
                None => launch!(queue, kernel.module, kernel.name, grid, walk::THREADS, shared; walk),
            };
        }
        let mut mixed = Mixed::new(piece, self.operands.map(|o| o.for_mixed()), self.number.unwrap_or(0));
        if self.values != [0; 2] {
            mixed = mixed.with_bounds(self.values);
        }
        mixed.with_common(self.common).launch(queue, self.mixed.module, &self.mixed.name)
    }

    fn with_values(&self, walk: walk::Walk<N>) -> walk::Walk<N> {
        if self.values == [0; 2] { walk } else { walk.with_values(self.values) }
    }

    /// Runs over copies in C order of the operands that are `chosen`; numbers and single elements stay.
    fn run_dense(&self, queue: &Queue, chosen: [bool; N]) -> Result<()> {
        let mut held: [Option<Dense>; N] = std::array::from_fn(|_| None);
        for (k, held) in held.iter_mut().enumerate() {
            let Operand::Memory { x, .. } = self.operands[k] else { continue };
            let input = k < N - 1;
            if chosen[k] && !x.layout.is_contiguous() && !(input && self.operands[k].is_uniform()) {
                let made = if input { dense(queue, x) } else { Dense::allocate(queue, x.layout.shape(), x.dtype) };
                *held = Some(made?);
            }
        }
        let mut operands = self.operands;
        for (operand, held) in operands.iter_mut().zip(&held) {
            if let (Operand::Memory { x, .. }, Some(held)) = (operand, held) {
                *x = held.input();
            }
        }
        Job { operands, ..*self }.run(queue)?;
        if let (Some(made), Operand::Memory { x, .. }) = (&held[N - 1], self.operands[N - 1]) {
            copy::copy(queue, made.input(), Out { base: x.base.cast_mut(), dtype: x.dtype, layout: x.layout })?;
        }
        Ok(())
    }
}
