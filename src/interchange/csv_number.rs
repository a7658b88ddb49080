//! Numbers as text: read as Rust reads them, written with as few digits as bring the same number back.

use crate::dtype::{Bool, Element};
use half::{bf16, f16};
use std::fmt::Write;

/// An element that has a form in text.
pub trait Number: Element {
    /// None when the text is no such number. A missing value is NaN for floats, and no number for others.
    fn parse(text: &str) -> Option<Self>;
    /// Appends the element's bytes.
    fn store(self, into: &mut Vec<u8>);
    /// From bytes of its size.
    fn load(bytes: &[u8]) -> Self;
    fn print(self, into: &mut String);

    /// What is wrong with a text that `parse` refuses.
    fn complaint(text: &str) -> String {
        let dtype = Self::DTYPE;
        if is_missing(text) {
            return format!("the value is missing, and {dtype} has no NaN: load as a float");
        }
        format!("{:?} is no {dtype}", super::dict::shortened(text))
    }
}

/// What stands for a value that is not there.
fn is_missing(text: &str) -> bool {
    matches!(text, "" | "NA" | "N/A" | "n/a" | "#N/A" | "NULL" | "null" | "None" | "<NA>")
        || text.eq_ignore_ascii_case("nan")
}

pub fn print<T: Number>(text: &mut String, bytes: &[u8]) {
    T::load(bytes).print(text)
}

macro_rules! bytes {
    ($type:ty) => {
        fn store(self, into: &mut Vec<u8>) {
            into.extend_from_slice(&self.to_ne_bytes());
        }

        fn load(bytes: &[u8]) -> $type {
            let mut own = [0; size_of::<$type>()];
            own.copy_from_slice(bytes);
            <$type>::from_ne_bytes(own)
        }
    };
}

macro_rules! integers {
    ($($type:ty)+) => { $(
        impl Number for $type {
            fn parse(text: &str) -> Option<$type> {
                text.parse().ok()
            }

            bytes!($type);

            fn print(self, into: &mut String) {
                let _ = write!(into, "{self}");
            }
        }
    )+ };
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);

macro_rules! floats {
    ($($type:ident)+) => { $(
        impl Number for $type {
            fn parse(text: &str) -> Option<$type> {
                match text.parse() {
                    Ok(value) => Some(value),
                    Err(_) => is_missing(text).then_some($type::NAN),
                }
            }

            bytes!($type);

            fn print(self, into: &mut String) {
                // The shortest digits; an exponent only below 1e-5 and from 1e16 on.
                let _ = if self.is_nan() { into.write_str("nan") } else { write!(into, "{self:?}") };
            }
        }
    )+ };
}

floats!(f32 f64);

macro_rules! short_floats {
    ($($type:ident)+) => { $(
        impl Number for $type {
            fn parse(text: &str) -> Option<$type> {
                f64::parse(text).map(|wide| $type::from_f32(to_odd(wide)))
            }

            bytes!($type);

            fn print(self, into: &mut String) {
                let wide = self.to_f64();
                // 5 digits tell all of them apart.
                let mut digits = Digits::default();
                for after_point in 0..5 {
                    digits.len = 0;
                    let _ = write!(digits, "{wide:.after_point$e}");
                    if let Some(short) = digits.number()
                        && $type::from_f32(to_odd(short)).to_bits() == self.to_bits()
                    {
                        return short.print(into);
                    }
                }
                wide.print(into)
            }
        }
    )+ };
}

short_floats!(f16 bf16);

/// Rounded so that a second rounding, to fewer bits, gives what one alone would: towards zero, with the last bit set
/// where something was cut off (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008).
fn to_odd(wide: f64) -> f32 {
    let near = wide as f32;
    if near as f64 == wide || !near.is_finite() {
        return near;
    }
    let towards_zero = near.to_bits() - ((near as f64).abs() > wide.abs()) as u32;
    f32::from_bits(towards_zero | 1)
}

impl Number for Bool {
    fn parse(text: &str) -> Option<Bool> {
        match text {
            "1" => Some(true.into()),
            "0" => Some(false.into()),
            _ if text.eq_ignore_ascii_case("true") => Some(true.into()),
            _ if text.eq_ignore_ascii_case("false") => Some(false.into()),
            _ => None,
        }
    }

    fn store(self, into: &mut Vec<u8>) {
        into.push(self.0);
    }

    fn load(bytes: &[u8]) -> Bool {
        Bool(bytes[0])
    }

    fn print(self, into: &mut String) {
        into.push_str(if self.get() { "True" } else { "False" });
    }
}

/// A short text without an allocation.
#[derive(Default)]
struct Digits {
    text: [u8; 24],
    len: usize,
}

impl Digits {
    fn number(&self) -> Option<f64> {
        std::str::from_utf8(&self.text[..self.len]).ok()?.parse().ok()
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        self.text.get_mut(self.len..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed<T: Number>(value: T) -> String {
        let mut text = String::new();
        value.print(&mut text);
        text
    }

    #[test]
    fn every_short_float_comes_back() {
        for bits in 0..=u16::MAX {
            let (h, b) = (f16::from_bits(bits), bf16::from_bits(bits));
            let back = f16::parse(&printed(h)).unwrap();
            assert!(back.to_bits() == bits || (h.is_nan() && back.is_nan()), "{bits:04x} {}", printed(h));
            let back = bf16::parse(&printed(b)).unwrap();
            assert!(back.to_bits() == bits || (b.is_nan() && back.is_nan()), "{bits:04x} {}", printed(b));
            assert!(printed(h).len() <= 12 && printed(b).len() <= 19, "{} {}", printed(h), printed(b));
        }
        assert_eq!((printed(f16::from_f64(0.1)), printed(bf16::from_f64(0.1))), ("0.1".into(), "0.1".into()));
        assert_eq!(printed(f16::MAX), "65500.0");
    }

    #[test]
    fn floats_of_any_bits_come_back() {
        let mut state = 1u64;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let (d, s) = (f64::from_bits(state), f32::from_bits((state >> 32) as u32));
            assert!(d.is_nan() || f64::parse(&printed(d)).unwrap().to_bits() == state);
            assert!(s.is_nan() || f32::parse(&printed(s)).unwrap().to_bits() == s.to_bits());
            assert!(printed(d).len() <= 24);
        }
        let words = ["nan", "inf", "-inf", "-0.0", "1.0", "1e-7", "1e16", "123456789.0"];
        let values = [f64::NAN, f64::INFINITY, -f64::INFINITY, -0.0, 1.0, 1e-7, 1e16, 123456789.0];
        assert_eq!(values.map(printed), words);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(i8::parse("128").is_none() && u8::parse("-1").is_none() && i32::parse("1.0").is_none());
        assert!(f64::parse("1,0").is_none() && f64::parse("0x10").is_none() && f64::parse("").unwrap().is_nan());
        assert!(i64::parse("").is_none() && i64::complaint("NA").contains("missing"));
        assert!(Bool::parse("True").unwrap().get() && !Bool::parse("0").unwrap().get() && Bool::parse("2").is_none());
    }
}
