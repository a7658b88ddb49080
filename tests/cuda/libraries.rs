//! NVIDIA's libraries: used where they are, done without where they are not or do not take a product.

use super::common::array::{Array, Rng};
use super::common::*;
use super::mock;
use super::process::{part, real};
use tendon::c_api::*;

/// Products of several shapes and dtypes, against f64.
fn products() {
    let mut rng = Rng(3);
    for dtype in FLOATS {
        let tolerance = match dtype {
            TENSOR_DTYPE_F64 => 1e-12,
            TENSOR_DTYPE_F32 => 1e-5,
            TENSOR_DTYPE_F16 => 2e-2,
            _ => 1e-1,
        };
        for [b, m, k, n] in [[1i64, 1, 1, 1], [1, 70, 130, 66], [3, 16, 24, 40], [1, 1, 300, 50], [2, 65, 7, 1]] {
            let mut make = |shape: &[i64]| Array::new(shape, || (rng.uniform(-1.0, 1.0) * 64.0).round() / 64.0);
            let (x, y) = (make(&[b, m, k]), make(&[b, k, n]));
            let (on_x, on_y) = (tensor(&x, dtype).unwrap(), tensor(&y, dtype).unwrap());
            let got = values(&out(|o| unsafe { tensor_matmul(on_x.0, on_y.0, o) }).unwrap()).unwrap();
            let want = x.matmul(&y);
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * want.largest().max(1.0);
            assert!(got.shape == want.shape && got.data.iter().zip(&want.data).all(near), "{dtype} {b} {m} {k} {n}");
        }
    }
}

#[test]
fn products_with_and_without_cublas_lt() {
    if real() {
        return;
    }
    // Whether products may come from the library, by what goes wrong there.
    type Variables<'a> = &'a [(&'a str, &'a str)];
    let ways: [(&str, Variables, bool); 6] = [
        ("with it", &[], true),
        ("without it", &[("TENDON_CUDA_LIBS", "off")], false),
        ("it does not start", &[("MOCK_CUBLASLT_FAIL", "cublasLtCreate:-2:1")], false),
        ("it knows no way", &[("MOCK_CUBLASLT_FAIL", "cublasLtMatmulAlgoGetHeuristic:-2:15")], false),
        ("it fails when it runs", &[("MOCK_CUBLASLT_FAIL", "cublasLtMatmul:-2:13")], false),
        ("it fails once", &[("MOCK_CUBLASLT_FAIL", "cublasLtMatmul:3:13")], true),
    ];
    for (way, env, by_library) in ways {
        part(way, env, || {
            products();
            assert_eq!(mock::cublaslt_products() > 0, by_library);
        });
    }
}

/// The step of an optimizer is one launch, however many parameters there are.
#[test]
fn an_optimizers_step_is_one_launch() {
    part("", &[], || {
        if real() {
            return;
        }
        let parameters: Vec<T> = (1..=20)
            .map(|n| {
                let x = tensor(&Array::new(&[n * 3], || 1.0), TENSOR_DTYPE_F32).unwrap();
                requires_grad(&x).unwrap();
                let g = tensor(&Array::new(&[n * 3], || 0.5), TENSOR_DTYPE_F32).unwrap();
                check(unsafe { tensor_set_grad(x.0, g.0) }).unwrap();
                x
            })
            .collect();
        let handles: Vec<*mut Tensor> = parameters.iter().map(|p| p.0).collect();
        let mut optimizer = std::ptr::null_mut();
        let options = TensorAdamWOptions { ..Options::DEFAULT };
        check(unsafe { tensor_adamw_create(handles.as_ptr(), handles.len(), &options, &mut optimizer) }).unwrap();
        // The first step makes the state.
        check(unsafe { tensor_optimizer_step(optimizer) }).unwrap();
        let before = mock::stats();
        check(unsafe { tensor_optimizer_step(optimizer) }).unwrap();
        assert_eq!(mock::stats().launches - before.launches, 1);
        assert_eq!(unsafe { tensor_optimizer_release(optimizer) }, TENSOR_OK);
    });
}
