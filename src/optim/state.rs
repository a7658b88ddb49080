//! An optimizer's state as bytes: what a training run needs to go on where it stopped.
//!
//! Little-endian: `TNDOPT01` · rule name length u32, name · lr f64 · number of parameters u64 · per parameter: steps
//! i64 · number of buffers u32 · dtype i32 · rank u32 · sizes i64 each · each buffer's elements in C order.
//! The other hyperparameters are the caller's, given when the optimizer is made.

use super::{Memory, Optimizer};
use crate::error::Result;
use crate::fail;
use crate::list;
use crate::ops::copy::to_cpu;
use crate::ops::create::from_bytes;
use crate::tensor::Tensor;
use smallvec::SmallVec;

const MAGIC: &[u8; 8] = b"TNDOPT01";

impl Optimizer {
    /// Bytes that [`Optimizer::state_save`] will write.
    pub fn state_size(&self) -> usize {
        let head = MAGIC.len() + 4 + self.rule.name().len() + 8 + 8;
        let param = |(p, m): (&Tensor, &Memory)| {
            8 + 4 + 4 + 4 + 8 * p.ndim() + m.buffers.len() * p.numel() as usize * p.dtype().size()
        };
        head + self.params.iter().zip(&self.memory).map(param).sum::<usize>()
    }

    /// Writes the state to the front of `buffer` and returns the number of bytes.
    pub fn state_save(&self, buffer: &mut [u8]) -> Result<usize> {
        let size = self.state_size();
        if buffer.len() < size {
            fail!(INVALID_ARGUMENT, "the state has {size} bytes, the buffer {}", buffer.len());
        }
        let mut out = Writer { rest: &mut buffer[..size] };
        out.put(MAGIC);
        out.put(&(self.rule.name().len() as u32).to_le_bytes());
        out.put(self.rule.name().as_bytes());
        out.put(&self.lr().to_le_bytes());
        out.put(&(self.params.len() as u64).to_le_bytes());
        for (p, m) in self.params.iter().zip(&self.memory) {
            out.put(&m.steps.to_le_bytes());
            out.put(&(m.buffers.len() as u32).to_le_bytes());
            out.put(&(p.dtype() as i32).to_le_bytes());
            out.put(&(p.ndim() as u32).to_le_bytes());
            for n in p.shape() {
                out.put(&n.to_le_bytes());
            }
            for b in &m.buffers {
                // Made by `zeros_of` or `state_load`: contiguous, from byte 0 of its storage.
                to_cpu(b)?.storage().read(0, out.next(b.numel() as usize * b.dtype().size()))?;
            }
        }
        Ok(size)
    }

    /// Takes over a saved state. The rule, the number of parameters, their shapes and dtypes must be those of this
    /// optimizer, else FORMAT and nothing changes.
    pub fn state_load(&mut self, bytes: &[u8]) -> Result<()> {
        let mut input = Reader { rest: bytes };
        if input.take(8)? != MAGIC {
            fail!(FORMAT, "the data is no optimizer state: it does not begin with TNDOPT01");
        }
        let length = u32::from_le_bytes(input.array()?) as usize;
        let name = input.take(length)?;
        if name != self.rule.name().as_bytes() {
            fail!(
                FORMAT,
                "the state is of {:?}, this optimizer is {}",
                String::from_utf8_lossy(&name[..name.len().min(16)]),
                self.rule.name()
            );
        }
        let lr = f64::from_le_bytes(input.array()?);
        if lr.is_nan() || lr < 0.0 {
            fail!(FORMAT, "the state's lr is {lr}");
        }
        let count = u64::from_le_bytes(input.array()?);
        if count != self.params.len() as u64 {
            fail!(FORMAT, "the state has {count} parameters, this optimizer {}", self.params.len());
        }
        let mut memory = list::with_room(self.params.len())?;
        for (i, p) in self.params.iter().enumerate() {
            let steps = i64::from_le_bytes(input.array()?);
            let buffers = u32::from_le_bytes(input.array()?) as usize;
            let dtype = i32::from_le_bytes(input.array()?);
            let rank = u32::from_le_bytes(input.array()?) as usize;
            let mut same = dtype == p.dtype() as i32 && rank == p.ndim();
            for d in 0..rank.min(64) {
                let n = i64::from_le_bytes(input.array()?);
                same &= p.shape().get(d) == Some(&n);
            }
            if !same {
                fail!(
                    FORMAT,
                    "the state of params[{i}] is for another shape or dtype than {} {:?}",
                    p.dtype(),
                    p.shape()
                );
            }
            if steps < 0
                || (buffers != 0 && buffers != self.rule.buffers())
                || (buffers == 0 && steps > 0 && self.rule.buffers() > 0)
            {
                fail!(FORMAT, "the state of params[{i}] has {steps} steps and {buffers} buffers");
            }
            let mut loaded = Memory { steps, buffers: SmallVec::new() };
            for _ in 0..buffers {
                let source = input.take(p.numel() as usize * p.dtype().size())?;
                loaded.buffers.push(from_bytes(source, p.shape(), p.dtype(), p.device())?);
            }
            memory.push(loaded);
        }
        if !input.rest.is_empty() {
            fail!(FORMAT, "{} bytes follow the state", input.rest.len());
        }
        self.memory = memory;
        self.set_lr(lr)
    }
}

struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    /// The next `n` bytes; fewer at the end, which the size worked out before rules out.
    fn next(&mut self, n: usize) -> &'a mut [u8] {
        let rest = std::mem::take(&mut self.rest);
        let (here, rest) = rest.split_at_mut(n.min(rest.len()));
        self.rest = rest;
        here
    }

    fn put(&mut self, bytes: &[u8]) {
        let here = self.next(bytes.len());
        here.copy_from_slice(&bytes[..here.len()]);
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let Some((here, rest)) = self.rest.split_at_checked(n) else {
            fail!(FORMAT, "the data ends early: {n} bytes wanted, {} left", self.rest.len());
        };
        self.rest = rest;
        Ok(here)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }
}
