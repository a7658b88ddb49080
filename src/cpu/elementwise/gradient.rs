//! Gradients of unary functions over a line of elements, in one pass: of g, which arrives, and the saved x or y = f(x).

use super::binary::{Kernel2, line, map2};
use crate::cpu::math;
use crate::dtype::DType;
use crate::function::Unary;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// 1/√(2π)
const DENSITY: f64 = 0.398_942_280_401_432_7;
/// √(2/π), and the factor of x³ in the approximation of gelu.
const SLOPE: f64 = 0.797_884_560_802_865_4;
const CUBE: f64 = 0.044715;

macro_rules! float_lines {
    ($op:expr, $T:ty, $exp:expr, $tanh:expr, $sigmoid:expr, $erf:expr) => {
        match $op {
            Unary::Abs => line!($T => $T: |g, x| g * ((x > 0.0) as u8 as $T - (x < 0.0) as u8 as $T)),
            Unary::Sqrt => line!($T => $T: |g, y| g / (y * 2.0)),
            Unary::Rsqrt => line!($T => $T: |g, y| g * (y * y * y) * -0.5),
            Unary::Reciprocal => line!($T => $T: |g, y| -(g * (y * y))),
            Unary::Square => line!($T => $T: |g, x| g * (x * 2.0)),
            Unary::Tanh => line!($T => $T: |g, y| g * (1.0 - y * y)),
            Unary::Sigmoid => line!($T => $T: |g, y| g * (y * (1.0 - y))),
            Unary::Relu => line!($T => $T: |g, y| if y <= 0.0 { 0.0 } else { g }),
            Unary::Gelu => line!($T => $T: |g, x| {
                let cdf = 0.5 * (1.0 + $erf(x * FRAC_1_SQRT_2 as $T));
                g * (cdf + x * ($exp(-0.5 * x * x) * DENSITY as $T))
            }),
            Unary::GeluTanh => line!($T => $T: |g, x| {
                let t = $tanh(x * (SLOPE as $T + (SLOPE * CUBE) as $T * x * x));
                let bend = x * (1.0 - t * t) * (SLOPE as $T + (3.0 * SLOPE * CUBE) as $T * x * x);
                g * (0.5 * (1.0 + t + bend))
            }),
            Unary::Erf => line!($T => $T: |g, x| g * ($exp(-(x * x)) * FRAC_2_SQRT_PI as $T)),
            Unary::Expm1 => line!($T => $T: |g, y| g * (y + 1.0)),
            Unary::Log1p => line!($T => $T: |g, x| g / (x + 1.0)),
            // Softplus; the rest of `Unary` never comes here.
            _ => line!($T => $T: |g, x| g * $sigmoid(x)),
        }
    };
}

/// The line of the gradient of `op`, one of `Unary::GRADIENTS`, over a class.
pub(super) fn kernel(op: Unary, class: DType) -> Kernel2 {
    match class {
        DType::F32 => float_lines!(op, f32, math::exp, math::tanh, math::sigmoid, math::erf),
        _ => float_lines!(op, f64, f64::exp, f64::tanh, math::sigmoid_f64, math::erf_f64),
    }
}
