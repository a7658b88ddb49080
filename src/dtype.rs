//! THE list of dtypes, the element types behind them, PyTorch's promotion rules and the dispatch macros.

use crate::error::Result;
use crate::fail;
use half::{bf16, f16};
use std::fmt;

/// One byte, read as `!= 0`: C may store any byte in a bool tensor.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Bool(pub u8);

impl Bool {
    pub fn get(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Bool {
    fn from(b: bool) -> Bool {
        Bool(b as u8)
    }
}

macro_rules! dtypes {
    ($($variant:ident = $number:literal, $name:literal, $type:ty, $category:ident;)+) => {
        /// An element type. The numbers are those of the C API's `TENSOR_DTYPE_*` and are frozen;
        /// 0 is invalid, 14 and 15 are reserved for complex64 and complex128.
        #[repr(i32)]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum DType {
            $($variant = $number,)+
        }

        impl DType {
            pub const ALL: &'static [DType] = &[$(DType::$variant),+];

            pub fn from_number(number: i32) -> Option<DType> {
                match number {
                    $($number => Some(DType::$variant),)+
                    _ => None,
                }
            }

            /// Bytes of one element; also its alignment.
            pub const fn size(self) -> usize {
                match self {
                    $(DType::$variant => size_of::<$type>(),)+
                }
            }

            pub const fn name(self) -> &'static str {
                match self {
                    $(DType::$variant => $name,)+
                }
            }

            pub const fn category(self) -> Category {
                match self {
                    $(DType::$variant => Category::$category,)+
                }
            }
        }

        $(impl Element for $type {
            const DTYPE: DType = DType::$variant;
        })+
    };
}

/// A Rust type that is the element of some dtype.
pub trait Element: Copy + Send + Sync + Default + 'static {
    const DTYPE: DType;
}

/// PyTorch's promotion categories, lowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Category {
    Bool,
    Integer,
    Float,
}

dtypes! {
    Bool = 1, "bool", Bool, Bool;
    U8 = 2, "u8", u8, Integer;
    U16 = 3, "u16", u16, Integer;
    U32 = 4, "u32", u32, Integer;
    U64 = 5, "u64", u64, Integer;
    I8 = 6, "i8", i8, Integer;
    I16 = 7, "i16", i16, Integer;
    I32 = 8, "i32", i32, Integer;
    I64 = 9, "i64", i64, Integer;
    F16 = 10, "f16", f16, Float;
    BF16 = 11, "bf16", bf16, Float;
    F32 = 12, "f32", f32, Float;
    F64 = 13, "f64", f64, Float;
}

/// Runs `$body` with the type name `$T` bound to the element type of `$dtype`.
#[macro_export]
macro_rules! dispatch {
    ($dtype:expr, $T:ident => $body:expr) => {{
        use $crate::dtype::DType as D;
        match $dtype {
            D::Bool => {
                type $T = $crate::dtype::Bool;
                $body
            }
            D::U8 => {
                type $T = u8;
                $body
            }
            D::U16 => {
                type $T = u16;
                $body
            }
            D::U32 => {
                type $T = u32;
                $body
            }
            D::U64 => {
                type $T = u64;
                $body
            }
            D::I8 => {
                type $T = i8;
                $body
            }
            D::I16 => {
                type $T = i16;
                $body
            }
            D::I32 => {
                type $T = i32;
                $body
            }
            D::I64 => {
                type $T = i64;
                $body
            }
            D::F16 => {
                type $T = half::f16;
                $body
            }
            D::BF16 => {
                type $T = half::bf16;
                $body
            }
            D::F32 => {
                type $T = f32;
                $body
            }
            D::F64 => {
                type $T = f64;
                $body
            }
        }
    }};
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl DType {
    pub const fn is_float(self) -> bool {
        matches!(self.category(), Category::Float)
    }

    /// Integers, without bool.
    pub const fn is_integer(self) -> bool {
        matches!(self.category(), Category::Integer)
    }

    /// The type that arithmetic on elements of this dtype works in.
    pub const fn class(self) -> DType {
        match self {
            DType::F16 | DType::BF16 | DType::F32 => DType::F32,
            DType::F64 => DType::F64,
            DType::U64 => DType::U64,
            _ => DType::I64,
        }
    }

    const fn is_signed(self) -> bool {
        matches!(self, DType::I8 | DType::I16 | DType::I32 | DType::I64)
    }

    /// PyTorch's `uint16`, `uint32` and `uint64`: they promote with themselves and with floats, with nothing else.
    const fn is_barebones_unsigned(self) -> bool {
        matches!(self, DType::U16 | DType::U32 | DType::U64)
    }

    /// What arithmetic that needs a float (mean, exp, true division) works in: floats stay, the rest becomes f32.
    pub const fn to_float(self) -> DType {
        if self.is_float() { self } else { DType::F32 }
    }

    /// What sum and prod of PyTorch return: integers and bool widen to i64.
    pub const fn to_accumulator(self) -> DType {
        if self.is_float() { self } else { DType::I64 }
    }

    /// `torch.promote_types`: the smallest dtype that both convert to; commutative.
    pub fn promote(a: DType, b: DType) -> Result<DType> {
        use DType::*;
        if a == b {
            return Ok(a);
        }
        Ok(match (a.category(), b.category()) {
            (Category::Float, Category::Float) => match (a, b) {
                (F64, _) | (_, F64) => F64,
                // f32 with anything smaller, and f16 with bf16.
                _ => F32,
            },
            (Category::Float, _) => a,
            (_, Category::Float) => b,
            _ if a.is_barebones_unsigned() || b.is_barebones_unsigned() => {
                fail!(DTYPE, "{a} and {b} do not promote: u16, u32 and u64 mix only with themselves and with floats")
            }
            (Category::Bool, _) => b,
            (_, Category::Bool) => a,
            // u8 with a signed type: i8 cannot hold 255, wider ones can.
            _ if a.is_signed() != b.is_signed() => {
                let signed = if a.is_signed() { a } else { b };
                if signed == I8 { I16 } else { signed }
            }
            _ => {
                if a.size() >= b.size() {
                    a
                } else {
                    b
                }
            }
        })
    }
}

/// How an operand takes part in `torch.result_type`: a tensor with dimensions outranks a 0-dim tensor, which outranks
/// a plain number; a lower rank matters only when its category is higher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    Tensor(DType),
    ZeroDim(DType),
    /// A scalar argument: its dtype is bool, i64 or (for a float) the default f32.
    Number(DType),
}

/// `torch.result_type` over any number of operands; `None` when there are none.
pub fn result_type(operands: &[Operand]) -> Result<Option<DType>> {
    // The common case first: tensors of one dtype.
    if let [Operand::Tensor(first), rest @ ..] = operands
        && rest.iter().all(|o| *o == operands[0])
    {
        return Ok(Some(*first));
    }
    fn join(into: &mut Option<DType>, d: DType) -> Result<()> {
        *into = Some(match *into {
            Some(seen) => DType::promote(seen, d)?,
            None => d,
        });
        Ok(())
    }
    fn combine(higher: Option<DType>, lower: Option<DType>) -> Result<Option<DType>> {
        Ok(match (higher, lower) {
            (Some(h), Some(l)) if !h.is_float() && (h == DType::Bool || l.is_float()) => Some(DType::promote(h, l)?),
            (Some(h), _) => Some(h),
            (None, l) => l,
        })
    }
    let (mut dims, mut zero, mut number) = (None, None, None);
    for o in operands {
        match *o {
            Operand::Tensor(d) => join(&mut dims, d)?,
            Operand::ZeroDim(d) => join(&mut zero, d)?,
            Operand::Number(d) => join(&mut number, d)?,
        }
    }
    combine(dims, combine(zero, number)?)
}
