//! Matrix products on a CUDA device against the CPU's, bit by bit: the factors have few bits, so that every sum is
//! exact in whatever order it is formed.

use super::common::array::{Array, Rng};
use super::common::*;
use super::mock;
use super::process::{apart, on_mock, part, real};
use super::values::bytes;
use tendon::c_api::*;

/// Without the library.
const OWN: &[(&str, &str)] = &[("TENDON_CUDA_LIBS", "off")];

fn small_numbers(shape: &[i64], rng: &mut Rng) -> Array {
    Array::new(shape, || rng.below(9) as f64 - 4.0)
}

fn transpose(x: &T) -> T {
    out(|o| unsafe { tensor_transpose(x.0, -1, -2, o) }).unwrap()
}

fn slice(x: &T, dim: i64, start: i64, end: i64, step: i64) -> T {
    out(|o| unsafe { tensor_slice(x.0, dim, start, end, step, o) }).unwrap()
}

/// How a matrix of the wanted shape lies in a larger tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Dense,
    Transposed,
    /// Rows with room between them, at places that no vector fits.
    Odd,
    OddTransposed,
    /// Every second element along both dims.
    Steps,
}
const WAYS: [Way; 5] = [Way::Dense, Way::Transposed, Way::Odd, Way::OddTransposed, Way::Steps];

/// The tensor around the matrix, and how to come from one to the other.
fn around(way: Way, shape: &[i64], rng: &mut Rng) -> Array {
    let mut shape = shape.to_vec();
    let n = shape.len();
    if matches!(way, Way::Transposed | Way::OddTransposed) {
        shape.swap(n - 1, n - 2);
    }
    match way {
        Way::Odd | Way::OddTransposed => shape[n - 1] += 3,
        Way::Steps => (shape[n - 1], shape[n - 2]) = (shape[n - 1] * 2, shape[n - 2] * 2),
        _ => {}
    }
    small_numbers(&shape, rng)
}

fn matrix(way: Way, x: &T) -> T {
    let last = shape(x)[shape(x).len() - 1];
    match way {
        Way::Dense => slice(x, -1, 0, last, 1),
        Way::Transposed => transpose(x),
        Way::Odd => slice(x, -1, 1, last - 2, 1),
        Way::OddTransposed => transpose(&slice(x, -1, 1, last - 2, 1)),
        Way::Steps => slice(&slice(x, -1, 0, last, 2), -2, 0, i64::MAX, 2),
    }
}

fn matmul(a: &T, b: &T) -> T {
    out(|o| unsafe { tensor_matmul(a.0, b.0, o) }).unwrap()
}

struct Operand {
    way: Way,
    cpu: T,
    there: T,
}

impl Operand {
    fn new(way: Way, shape: &[i64], dtype: TensorDType, rng: &mut Rng) -> Operand {
        let cpu = cpu_tensor(&around(way, shape, rng), dtype).unwrap();
        let there = to_device(&cpu, cuda(0)).unwrap();
        Operand { way, cpu, there }
    }

    fn cpu(&self) -> T {
        matrix(self.way, &self.cpu)
    }

    fn there(&self) -> T {
        matrix(self.way, &self.there)
    }
}

fn compare(dtype: TensorDType, a: (Way, &[i64]), b: (Way, &[i64]), rng: &mut Rng) {
    let (x, y) = (Operand::new(a.0, a.1, dtype, rng), Operand::new(b.0, b.1, dtype, rng));
    let want = matmul(&x.cpu(), &y.cpu());
    let got = matmul(&x.there(), &y.there());
    assert_eq!(shape(&got), shape(&want));
    assert_eq!(bytes(&got), bytes(&want), "dtype {dtype}, {a:?} by {b:?}");
}

/// Layouts by sizes, batches that broadcast, vectors, nothing at all.
fn many_products(dtypes: &[TensorDType]) {
    let rng = &mut Rng(7);
    for &dtype in dtypes {
        for a in WAYS {
            for b in WAYS {
                compare(dtype, (a, &[9, 40]), (b, &[40, 17]), rng);
            }
        }
        for (m, n, k) in [(1, 1, 1), (70, 66, 72), (3, 130, 65), (130, 2, 200), (1, 33, 300), (33, 1, 300), (5, 5, 0)] {
            compare(dtype, (Way::Dense, &[m, k]), (Way::Dense, &[k, n]), rng);
            compare(dtype, (Way::Transposed, &[m, k]), (Way::Odd, &[k, n]), rng);
        }
        for (m, n, k) in [(0, 5, 3), (5, 0, 3), (0, 0, 0)] {
            compare(dtype, (Way::Dense, &[m, k]), (Way::Dense, &[k, n]), rng);
        }
        for (a, b) in [
            (&[3, 20, 24][..], &[3, 24, 12][..]),
            (&[24, 16], &[5, 16, 24]),
            (&[5, 24, 16], &[16, 24]),
            (&[2, 1, 7, 8], &[3, 8, 16]),
            (&[2, 3, 1, 8], &[2, 3, 8, 16]),
            (&[0, 4, 4], &[4, 4]),
        ] {
            compare(dtype, (Way::Dense, a), (Way::Dense, b), rng);
            compare(dtype, (Way::Odd, a), (Way::Transposed, b), rng);
        }
    }
}

#[test]
fn every_layout_as_on_the_cpu() {
    let ints = [TENSOR_DTYPE_I64, TENSOR_DTYPE_I32, TENSOR_DTYPE_U16, TENSOR_DTYPE_I8];
    part("floats by own kernels", OWN, || many_products(&FLOATS));
    part("integers", OWN, || many_products(&ints));
    part("floats by cuBLASLt", &[], || many_products(&FLOATS));
    part("TF32", OWN, || {
        check(unsafe { tendon_set_float32_matmul_precision(TENDON_PRECISION_HIGH) }).unwrap();
        many_products(&[TENSOR_DTYPE_F32]);
    });
    part("TF32 by cuBLASLt", &[], || {
        check(unsafe { tendon_set_float32_matmul_precision(TENDON_PRECISION_HIGH) }).unwrap();
        many_products(&[TENSOR_DTYPE_F32]);
    });
}

fn linear(x: &T, weight: &T, bias: &T) -> T {
    out(|o| unsafe { tensor_linear(x.0, weight.0, bias.0, o) }).unwrap()
}

fn many_linears(dtypes: &[TensorDType]) {
    let rng = &mut Rng(8);
    for &dtype in dtypes {
        for (m, n, k) in [(20, 24, 16), (3, 5, 7), (1, 40, 64), (40, 1, 64), (2, 70, 1000), (6, 3, 0)] {
            let x = Operand::new(Way::Dense, &[m, k], dtype, rng);
            let weight = Operand::new(Way::Dense, &[n, k], dtype, rng);
            // Also a bias whose elements are not neighbours, and one that starts anywhere.
            for (way, which) in [(Way::Dense, 0), (Way::Dense, 1), (Way::Steps, 0)] {
                let bias = Operand::new(way, &[2, n], dtype, rng);
                let row = |x: T| out(|o| unsafe { tensor_select(x.0, 0, which, o) }).unwrap();
                let want = linear(&x.cpu(), &weight.cpu(), &row(bias.cpu()));
                let got = linear(&x.there(), &weight.there(), &row(bias.there()));
                assert_eq!(bytes(&got), bytes(&want), "dtype {dtype}, {m} × {k} by {n}, bias {way:?}, row {which}");
            }
        }
    }
}

#[test]
fn linear_as_on_the_cpu() {
    part("own kernels", OWN, || many_linears(&FLOATS));
    part("integers", OWN, || many_linears(&[TENSOR_DTYPE_I32]));
    part("cuBLASLt", &[], || many_linears(&FLOATS));
}

/// Shapes that each family of kernels is for; on the mock, that it was that family.
#[test]
fn kernels_are_chosen_by_shape_and_layout() {
    apart(OWN, || {
        let rng = &mut Rng(9);
        let mut ran = |kernel: &str, dtype, a: (Way, &[i64]), b: (Way, &[i64])| {
            let before = if real() { 0 } else { mock::launches_of(kernel) };
            compare(dtype, a, b, rng);
            assert!(real() || mock::launches_of(kernel) > before, "{a:?} by {b:?} is not done by {kernel}");
        };
        use Way::*;
        let (half, brain, single, double) = (TENSOR_DTYPE_F16, TENSOR_DTYPE_BF16, TENSOR_DTYPE_F32, TENSOR_DTYPE_F64);
        ran("gemm_mma_64x64_kn_bf16", brain, (Dense, &[16, 16]), (Dense, &[16, 16]));
        ran("gemm_mma_64x64_kk_f16", half, (Dense, &[16, 16]), (Transposed, &[16, 24]));
        ran("gemm_mma_64x64_mn_f16", half, (Transposed, &[24, 16]), (Dense, &[16, 24]));
        ran("gemm_mma_64x64_mk_bf16", brain, (Transposed, &[24, 16]), (Transposed, &[16, 24]));
        ran("gemm_simt_64x64_bf16", brain, (Odd, &[16, 16]), (Dense, &[16, 16]));
        ran("gemm_simt_64x64_f32", single, (Dense, &[16, 16]), (Dense, &[16, 16]));
        ran("gemm_64x64_f64", double, (Dense, &[16, 16]), (Steps, &[16, 16]));
        ran("gemm_simt_64x64_u64", TENSOR_DTYPE_I64, (Dense, &[16, 16]), (Dense, &[16, 16]));
        ran("gemv_rows_1_bf16", brain, (Dense, &[40, 64]), (Dense, &[64, 1]));
        ran("gemv_columns_1_f32", single, (Dense, &[1, 64]), (Dense, &[64, 40]));
        ran("gemv_rows_4_f16", half, (Dense, &[3, 64]), (Transposed, &[64, 40]));
        ran("gemv_rows_8_f64", double, (Dense, &[40, 64]), (Dense, &[64, 7]));
        // Few tiles and a long sum: in parts, added by a second kernel.
        ran("gemm_reduce_f16", half, (Dense, &[16, 8192]), (Transposed, &[8192, 16]));
        ran("gemm_reduce_f32", single, (Dense, &[1, 1 << 18]), (Dense, &[1 << 18, 1]));
        // Copied to aligned memory first, where that is worth it.
        ran("gemm_pack_16", brain, (Odd, &[64, 4097]), (Dense, &[4097, 65]));
    });
}

#[test]
fn warpgroups_where_they_are_asked_for() {
    let env = [("TENDON_CUDA_LIBS", "off"), ("TENDON_CUDA_GEMM", "wgmma"), ("MOCK_CUDA_CAPABILITY", "90")];
    apart(&env, || {
        let rng = &mut Rng(13);
        compare(TENSOR_DTYPE_BF16, (Way::Dense, &[130, 200]), (Way::Transposed, &[200, 120]), rng);
        compare(TENSOR_DTYPE_F16, (Way::Transposed, &[100, 4000]), (Way::Odd, &[4000, 120]), rng);
        compare(TENSOR_DTYPE_BF16, (Way::Dense, &[2, 1200, 72]), (Way::Dense, &[72, 1600]), rng);
        let of = |tile: &str| mock::launches_of(&format!("gemm_wgmma_{tile}_kn_bf16"));
        assert!(real() || of("128x256") + of("128x128") > 0);
    });
}

/// The kernel that a measurement asks for, and in how many parts; other kinds of products do as always.
#[test]
fn tiles_that_are_asked_for() {
    for (wish, kernel, parts) in [("64x64/3", "gemm_mma_64x64_kn_bf16", 1), ("128x128", "gemm_mma_128x128_kn_bf16", 0)]
    {
        part(wish, &[("TENDON_CUDA_LIBS", "off"), ("TENDON_CUDA_GEMM", wish)], || {
            let rng = &mut Rng(14);
            compare(TENSOR_DTYPE_BF16, (Way::Dense, &[130, 400]), (Way::Dense, &[400, 120]), rng);
            compare(TENSOR_DTYPE_F32, (Way::Dense, &[13, 40]), (Way::Dense, &[40, 12]), rng);
            let ran = |kernel: &str| real() || mock::launches_of(kernel) > 0;
            assert!(ran(kernel) && (real() || mock::launches_of("gemm_reduce_bf16") == parts));
        });
    }
}

/// Without cp.async and the tensor cores' later instructions.
#[test]
fn on_an_old_device() {
    on_mock(&[("TENDON_CUDA_LIBS", "off"), ("MOCK_CUDA_CAPABILITY", "75")], || many_products(&FLOATS));
}

#[test]
fn large_tiles() {
    apart(OWN, || {
        let rng = &mut Rng(10);
        let (a, b) = (&[1100, 40][..], &[40, 2100][..]);
        compare(TENSOR_DTYPE_BF16, (Way::Dense, a), (Way::Transposed, b), rng);
        compare(TENSOR_DTYPE_F32, (Way::Transposed, &[640, 24]), (Way::Odd, &[24, 1500]), rng);
    });
}

/// Parts of a sum that f16 does not hold are no reason for a sum that it does to be infinite.
#[test]
fn large_parts_of_a_sum() {
    apart(&[], || {
        let x = Array::new(&[4, 64], || 1000.0);
        let mut element = 0;
        let next = || {
            element += 1;
            if element <= 32 * 4 { 40.0 } else { -39.0 }
        };
        let y = Array::new(&[64, 4], next);
        let [x, y] = [x, y].map(|array| tensor(&array, TENSOR_DTYPE_F16).unwrap());
        assert!(values(&matmul(&x, &y)).unwrap().data.iter().all(|&sum| sum == 32_000.0));
    });
}

/// The library is asked for a plan once, and what it refuses is done by own kernels.
#[test]
fn plans_are_kept_and_refusals_taken() {
    on_mock(&[], || {
        let rng = &mut Rng(11);
        let before = mock::cublaslt_products();
        compare(TENSOR_DTYPE_F32, (Way::Dense, &[20, 24]), (Way::Dense, &[24, 16]), rng);
        let asked = mock::cublaslt_heuristics();
        for _ in 0..3 {
            compare(TENSOR_DTYPE_F32, (Way::Dense, &[20, 24]), (Way::Dense, &[24, 16]), rng);
        }
        assert_eq!(mock::cublaslt_heuristics(), asked);
        assert_eq!(mock::cublaslt_products(), before + 4);
        assert_eq!(mock::launches_of("gemm_simt_64x64_f32"), 0);
    });
    for refusal in ["cublasLtCreate:0:1", "cublasLtMatmulAlgoGetHeuristic:0:15", "cublasLtMatmul:0:13"] {
        part(refusal, &[("MOCK_CUBLASLT_FAIL", refusal)], || {
            if real() {
                return;
            }
            let rng = &mut Rng(12);
            compare(TENSOR_DTYPE_F32, (Way::Dense, &[20, 24]), (Way::Dense, &[24, 16]), rng);
            assert_eq!(mock::launches_of("gemm_simt_64x64_f32"), 1);
        });
    }
    part("no memory", &[("MOCK_CUBLASLT_FAIL", "cublasLtMatmul:0:3")], || {
        if real() {
            return;
        }
        let x = tensor(&Array::new(&[16, 16], || 1.0), TENSOR_DTYPE_F32).unwrap();
        let refused = out(|o| unsafe { tensor_matmul(x.0, x.0, o) }).map(drop).unwrap_err();
        assert_eq!(refused.status, TENSOR_ERR_OUT_OF_MEMORY);
        drop(matmul(&x, &x));
    });
}
