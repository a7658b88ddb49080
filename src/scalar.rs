//! One number with its kind, as a C caller passes it.

use crate::dtype::{Bool, DType};
use half::{bf16, f16};

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
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
