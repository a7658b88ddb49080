//! One number with its kind, as a C caller passes it.

use crate::dtype::{Bool, DType};
use crate::error::Result;
use crate::fail;
use half::{bf16, f16};

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Bool(b) => b.fmt(f),
            Scalar::Int(i) => i.fmt(f),
            Scalar::Float(x) => write!(f, "{x:?}"),
        }
    }
}

impl Scalar {
    /// The dtype that the number has in promotion: a float is the default f32, as in PyTorch.
    pub fn dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => DType::F32,
        }
    }

    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => b as u8 as f64,
            Scalar::Int(i) => i as f64,
            Scalar::Float(f) => f,
        }
    }

    /// Floats truncate towards zero and saturate.
    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Bool(b) => b as i64,
            Scalar::Int(i) => i,
            Scalar::Float(f) => f as i64,
        }
    }

    pub fn to_bool(self) -> bool {
        match self {
            Scalar::Bool(b) => b,
            Scalar::Int(i) => i != 0,
            Scalar::Float(f) => f != 0.0,
        }
    }

    /// Whether `dtype` can hold the number, rounded; a negative integer also as the two's complement of an unsigned
    /// one. PyTorch's rule for filling.
    pub fn check_fits(self, dtype: DType) -> Result<()> {
        let bits = 8 * dtype.size() as u32;
        let fits = match (dtype, self) {
            (DType::Bool, _) | (_, Scalar::Bool(_)) => true,
            (d, Scalar::Int(i)) if d.is_integer() => match d {
                DType::U8 | DType::U16 | DType::U32 => i.unsigned_abs() < 1 << bits,
                DType::I8 | DType::I16 | DType::I32 => (-(1i64 << (bits - 1))..1 << (bits - 1)).contains(&i),
                _ => true,
            },
            (d, Scalar::Float(f)) if d.is_integer() => {
                let (low, high) = match d {
                    DType::U8 | DType::U16 | DType::U32 | DType::U64 => (0.0, 2f64.powi(bits as i32)),
                    _ => (-2f64.powi(bits as i32 - 1), 2f64.powi(bits as i32 - 1)),
                };
                low <= f && f < high
            }
            (d, number) => {
                let largest = match d {
                    DType::F16 => f16::MAX.to_f64(),
                    DType::BF16 => bf16::MAX.to_f64(),
                    DType::F32 => f32::MAX as f64,
                    _ => f64::MAX,
                };
                let f = number.to_f64();
                !f.is_finite() || f.abs() <= largest
            }
        };
        if !fits {
            fail!(INVALID_ARGUMENT, "the value {self} does not fit {dtype}");
        }
        Ok(())
    }

    /// The number as one element of `dtype` (integers wrap, as a C cast does), in the first `dtype.size()` bytes.
    pub fn to_bytes(self, dtype: DType) -> [u8; 8] {
        let mut out = [0u8; 8];
        let mut put = |bytes: &[u8]| out[..bytes.len()].copy_from_slice(bytes);
        match dtype {
            DType::Bool => put(&[Bool::from(self.to_bool()).0]),
            DType::U8 | DType::I8 => put(&(self.to_i64() as u8).to_ne_bytes()),
            DType::U16 | DType::I16 => put(&(self.to_i64() as u16).to_ne_bytes()),
            DType::U32 | DType::I32 => put(&(self.to_i64() as u32).to_ne_bytes()),
            DType::U64 => match self {
                Scalar::Float(f) if f > 0.0 => put(&(f as u64).to_ne_bytes()),
                _ => put(&(self.to_i64() as u64).to_ne_bytes()),
            },
            DType::I64 => put(&self.to_i64().to_ne_bytes()),
            DType::F16 => put(&f16::from_f64(self.to_f64()).to_ne_bytes()),
            DType::BF16 => put(&bf16::from_f64(self.to_f64()).to_ne_bytes()),
            DType::F32 => put(&(self.to_f64() as f32).to_ne_bytes()),
            DType::F64 => put(&self.to_f64().to_ne_bytes()),
        }
        out
    }
}
