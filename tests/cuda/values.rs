//! Values on a CUDA device: moves, host access, mixing with CPU numbers, the same random numbers, bad indices.

use super::common::array::{Array, Rng};
use super::common::rows::{integer, number};
use super::common::*;
use super::mock;
use super::process::{apart, on_mock};
use std::ptr::{null, null_mut};
use tendon::c_api::*;

pub const DTYPES: std::ops::RangeInclusive<TensorDType> = TENSOR_DTYPE_BOOL..=TENSOR_DTYPE_F64;

fn counting(shape: &[i64]) -> Array {
    let mut n = 0.0;
    Array::new(shape, || {
        n += 1.0;
        n
    })
}

/// Elements in C order, as they lie in memory.
pub fn bytes(x: &T) -> Vec<u8> {
    let mut bytes = vec![0u8; unsafe { tensor_nbytes(x.0) } as usize];
    check(unsafe { tensor_copy_to_host(x.0, bytes.as_mut_ptr().cast(), bytes.len()) }).unwrap();
    bytes
}

fn add(a: &T, b: &T) -> R<T> {
    out(|o| unsafe { tensor_add(a.0, b.0, o) })
}

#[test]
fn moves_keep_every_dtype_and_layout() {
    apart(&[], || {
        for dtype in DTYPES {
            for shape in [&[3i64, 4][..], &[], &[0, 3], &[1, 2, 1, 3]] {
                let x = cpu_tensor(&counting(shape), dtype).unwrap();
                let there = to_device(&x, cuda(0)).unwrap();
                assert_eq!(device_of(&there), cuda(0));
                assert_eq!(unsafe { tensor_dtype(there.0) }, dtype);
                assert_eq!(shape, super::common::shape(&there));
                let back = to_cpu(&there).unwrap();
                assert_eq!(device_of(&back), CPU);
                assert_eq!(bytes(&back), bytes(&x));
                assert_eq!(bytes(&there), bytes(&x));
            }
            // Views cross with their values, in either direction.
            let x = cpu_tensor(&counting(&[4, 6]), dtype).unwrap();
            let view = |x: &T| {
                let flipped = out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) }).unwrap();
                out(|o| unsafe { tensor_slice(flipped.0, 0, 1, 6, 2, o) }).unwrap()
            };
            let want = bytes(&view(&x));
            assert_eq!(bytes(&to_device(&view(&x), cuda(0)).unwrap()), want);
            assert_eq!(bytes(&to_cpu(&view(&to_device(&x, cuda(0)).unwrap())).unwrap()), want);
        }
    });
}

#[test]
fn a_tensor_that_is_there_is_not_copied_unless_asked() {
    apart(&[], || {
        let x = tensor(&counting(&[3]), TENSOR_DTYPE_F32).unwrap();
        let address = |x: &T| {
            let mut p = null();
            check(unsafe { tensor_cuda_data(x.0, &mut p) }).unwrap();
            p as usize
        };
        let same = to_device(&x, cuda(0)).unwrap();
        let current = to_device(&x, cuda(-1)).unwrap();
        assert_eq!((address(&same), address(&current)), (address(&x), address(&x)));
        let options = TensorConvertOptions { copy: 1, ..Options::DEFAULT };
        let copy = out(|o| unsafe { tensor_to_device(x.0, cuda(0), &options, o) }).unwrap();
        assert_ne!(address(&copy), address(&x));
        assert_eq!(bytes(&copy), bytes(&x));
        let cpu = cpu_tensor(&counting(&[3]), TENSOR_DTYPE_F32).unwrap();
        let mut p = null();
        let refused = check(unsafe { tensor_cuda_data(cpu.0, &mut p) }).unwrap_err();
        assert_eq!((refused.status, p), (TENSOR_ERR_DEVICE, null()));
    });
}

/// Every way to the host's pointer or to one number says what to do first.
#[test]
fn the_host_gets_no_device_memory() {
    apart(&[], || {
        let x = tensor(&counting(&[1]), TENSOR_DTYPE_F32).unwrap();
        let (mut read, mut write, mut f, mut i) = (null(), null_mut(), 0.0, 0);
        let (mut floats, mut scalar, mut truth) = (null(), integer(0), 0);
        let attempts = unsafe {
            [
                tensor_data(x.0, &mut read),
                tensor_data_mut(x.0, &mut write),
                tensor_data_strided(x.0, &mut read),
                tensor_data_mut_strided(x.0, &mut write),
                tensor_data_f32(x.0, &mut floats),
                tensor_item(x.0, &mut scalar),
                tensor_item_f64(x.0, &mut f),
                tensor_item_i64(x.0, &mut i),
                tensor_item_bool(x.0, &mut truth),
            ]
        };
        assert_eq!(attempts, [TENSOR_ERR_NOT_ON_CPU; 9]);
        assert!(read.is_null() && write.is_null() && floats.is_null());
        let said = check(unsafe { tensor_item_f64(x.0, &mut f) }).unwrap_err().message;
        assert!(said.contains("cuda:0") && said.contains("tensor_to_cpu"), "{said}");
        let home = to_cpu(&x).unwrap();
        check(unsafe { tensor_item_f64(home.0, &mut f) }).unwrap();
        assert_eq!(f, 1.0);
        let mut text = [0u8; 200];
        check(unsafe { tensor_to_string(x.0, null(), text.as_mut_ptr().cast(), text.len(), null_mut()) }).unwrap();
        assert!(String::from_utf8_lossy(&text).contains('1'));
    });
}

#[test]
fn numbers_on_the_cpu_mix_and_nothing_else_does() {
    apart(&[], || {
        let x = tensor(&counting(&[2, 3]), TENSOR_DTYPE_F32).unwrap();
        let (one, row) = (counting(&[]), counting(&[3]));
        let number_on_cpu = cpu_tensor(&one, TENSOR_DTYPE_F64).unwrap();
        let row_on_cpu = cpu_tensor(&row, TENSOR_DTYPE_F32).unwrap();
        for y in [add(&x, &number_on_cpu).unwrap(), add(&number_on_cpu, &x).unwrap()] {
            assert_eq!((device_of(&y), unsafe { tensor_dtype(y.0) }), (cuda(0), TENSOR_DTYPE_F32));
            assert_eq!(values(&y).unwrap(), counting(&[2, 3]).map(|v| v + 1.0));
        }
        let refused = add(&x, &row_on_cpu).map(drop).unwrap_err();
        assert_eq!(refused.status, TENSOR_ERR_DEVICE);
        assert!(refused.message.contains("cuda:0") && refused.message.contains("cpu"), "{refused:?}");
        check(unsafe { tensor_mul_(x.0, number_on_cpu.0) }).unwrap();
        check(unsafe { tensor_copy_(x.0, number_on_cpu.0) }).unwrap();
        assert_eq!(values(&x).unwrap(), Array::new(&[2, 3], || 1.0));
        let into_cpu = check(unsafe { tensor_add_(row_on_cpu.0, x.0) }).unwrap_err();
        assert_eq!(into_cpu.status, TENSOR_ERR_DEVICE);
        let first = out(|o| unsafe { tensor_select(x.0, 0, 0, o) }).unwrap();
        // Copies cross.
        check(unsafe { tensor_copy_(first.0, row_on_cpu.0) }).unwrap();
        assert_eq!(values(&first).unwrap(), row);
        // A gradient reaches the number.
        requires_grad(&number_on_cpu).unwrap();
        let y = out(|o| unsafe { tensor_mul(x.0, number_on_cpu.0, o) }).unwrap();
        let loss = out(|o| unsafe { tensor_sum(y.0, null(), 0, null(), o) }).unwrap();
        check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
        let grad = out(|o| unsafe { tensor_grad(number_on_cpu.0, o) }).unwrap();
        assert_eq!(device_of(&grad), CPU);
        assert_eq!(values(&grad).unwrap().data, [1.0 + 2.0 + 3.0 + 3.0]);
    });
}

type Make = fn(*const TensorOptions, *mut *mut Tensor) -> TensorStatus;

/// What makes tensors from nothing, by shape [3, 5] or as many numbers.
const MAKERS: [(&str, Make); 10] = [
    ("zeros", |t, o| unsafe { tensor_zeros([3, 5].as_ptr(), 2, t, o) }),
    ("ones", |t, o| unsafe { tensor_ones([3, 5].as_ptr(), 2, t, o) }),
    ("full", |t, o| unsafe { tensor_full([3, 5].as_ptr(), 2, number(2.5), t, o) }),
    ("arange", |t, o| unsafe { tensor_arange(integer(-2), integer(9), integer(3), t, o) }),
    ("linspace", |t, o| unsafe { tensor_linspace(-1.0, 2.0, 7, t, o) }),
    ("eye", |t, o| unsafe { tensor_eye(3, 4, t, o) }),
    ("rand", |t, o| unsafe { tensor_rand([70, 33].as_ptr(), 2, t, o) }),
    ("randn", |t, o| unsafe { tensor_randn([70, 33].as_ptr(), 2, t, o) }),
    ("randint", |t, o| unsafe { tensor_randint(-5, 100, [70, 33].as_ptr(), 2, t, o) }),
    ("randperm", |t, o| unsafe { tensor_randperm(1000, t, o) }),
];

/// To the last bit, except for the last places of normal numbers in f64 and of the steps of linspace.
#[test]
fn what_is_made_there_is_what_the_cpu_makes() {
    apart(&[], || {
        for (name, make) in MAKERS {
            for dtype in DTYPES {
                let made = |device| {
                    check(unsafe { tendon_manual_seed(11) }).unwrap();
                    let options = TensorOptions { dtype, device, ..Options::DEFAULT };
                    // Two draws: the second goes on where the first ended.
                    let first = out(|o| make(&options, o))?;
                    R::Ok((first, out(|o| make(&options, o))?))
                };
                match (made(CPU), made(cuda(0))) {
                    (Ok(here), Ok(there)) => {
                        for (here, there) in [(&here.0, &there.0), (&here.1, &there.1)] {
                            assert_eq!(device_of(there), cuda(0));
                            let (want, got) = (values(here).unwrap(), values(there).unwrap());
                            let tolerance = match (name, dtype) {
                                ("randn", TENSOR_DTYPE_F64) => 1e-14,
                                ("linspace", TENSOR_DTYPE_F64) => 1e-15,
                                ("linspace", TENSOR_DTYPE_F32) => 1e-6,
                                ("linspace", _) => 0.01,
                                _ => 0.0,
                            };
                            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * a.abs().max(1.0);
                            let same = want.data.iter().zip(&got.data).all(near);
                            assert!(same && want.shape == got.shape, "{name} {dtype}: {want:?} {got:?}");
                        }
                    }
                    (Err(here), Err(there)) => assert_eq!(here, there, "{name} {dtype}"),
                    (here, there) => panic!("{name} {dtype}: {:?} {:?}", here.err(), there.err()),
                }
            }
        }
    });
}

#[test]
fn dropout_drops_what_the_cpu_drops() {
    apart(&[], || {
        let ones = Array::new(&[1000], || 1.0);
        let dropped = |x: &T| {
            check(unsafe { tendon_manual_seed(3) }).unwrap();
            values(&out(|o| unsafe { tensor_dropout(x.0, 0.3, null(), o) }).unwrap()).unwrap()
        };
        for dtype in FLOATS {
            assert_eq!(
                dropped(&cpu_tensor(&ones, dtype).unwrap()),
                dropped(&tensor(&ones, dtype).unwrap()),
                "dtype {dtype}"
            );
        }
    });
}

fn index(values: &[f64]) -> T {
    tensor(&Array { shape: vec![values.len() as i64], data: values.to_vec() }, TENSOR_DTYPE_I64).unwrap()
}

/// A bad index is skipped; the next call that waits says so, once, and all goes on.
#[test]
fn bad_indices_are_reported_by_the_next_call_that_waits() {
    apart(&[], || {
        let x = tensor(&counting(&[3, 2]), TENSOR_DTYPE_F32).unwrap();
        let logits = tensor(&counting(&[2, 3]), TENSOR_DTYPE_F32).unwrap();
        let places = tensor(&Array { shape: vec![1, 2], data: vec![0.0, 7.0] }, TENSOR_DTYPE_I64).unwrap();
        let synchronize = || check(unsafe { tendon_cuda_synchronize(0) });
        type Call<'a> = (&'a str, Box<dyn Fn() -> R<T> + 'a>);
        let calls: Vec<Call> = vec![
            (
                "index_select",
                Box::new(|| out(|o| unsafe { tensor_index_select(x.0, 0, index(&[0.0, 7.0, 1.0]).0, o) })),
            ),
            ("index_add", {
                Box::new(|| out(|o| unsafe { tensor_index_add(x.0, 0, index(&[0.0, 7.0, 1.0]).0, x.0, o) }))
            }),
            ("gather", { Box::new(|| out(|o| unsafe { tensor_gather(x.0, 0, places.0, o) })) }),
            ("scatter_add", { Box::new(|| out(|o| unsafe { tensor_scatter_add(x.0, 0, places.0, x.0, o) })) }),
            ("one_hot", Box::new(|| out(|o| unsafe { tensor_one_hot(index(&[0.0, 7.0, 1.0]).0, 3, o) }))),
            (
                "cross_entropy",
                Box::new(|| out(|o| unsafe { tensor_cross_entropy(logits.0, index(&[0.0, 7.0]).0, null(), o) })),
            ),
        ];
        for (name, call) in &calls {
            let y = call().unwrap_or_else(|e| panic!("{name}: {e:?}"));
            let e = synchronize().unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_INDEX, "{name}: {e:?}");
            assert!(e.message.contains(name) && e.message.contains('7') && e.message.contains('3'), "{e:?}");
            synchronize().unwrap();
            let good = values(&y).unwrap();
            if *name == "index_select" {
                assert_eq!((good.data[0], good.data[1], good.data[4], good.data[5]), (1.0, 2.0, 3.0, 4.0));
            }
            // Reading waits, too.
            let y = call().unwrap();
            assert_eq!(values(&y).map(drop).unwrap_err().status, TENSOR_ERR_INDEX, "{name}");
            values(&y).unwrap();
        }
        // Of an index that is one for a whole row, which is read in vectors, the first of the elements.
        let x = tensor(&counting(&[3, 64]), TENSOR_DTYPE_F32).unwrap();
        let rows = tensor(&Array { shape: vec![4, 1], data: vec![0.0, 1.0, 2.0, 9.0] }, TENSOR_DTYPE_I64).unwrap();
        let rows = out(|o| unsafe { tensor_expand(rows.0, [4, 64].as_ptr(), 2, o) }).unwrap();
        let y = out(|o| unsafe { tensor_gather(x.0, 0, rows.0, o) }).unwrap();
        let e = synchronize().unwrap_err();
        let position = e.message.split("position ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<i64>().ok());
        assert!(position.is_some_and(|p| (192..256).contains(&p)), "{e:?}");
        drop(y);
    });
}

/// Two passes over the logits, and one over the losses; nothing as large as the logits is kept.
#[test]
fn a_cross_entropy_is_three_launches() {
    on_mock(&[], || {
        for shape in [[64, 10], [3, 5000], [20_000, 3]] {
            let logits = Array::new(&shape, || 0.5);
            let targets = Array::new(&shape[..1], || 1.0);
            for dtype in FLOATS {
                let x = tensor(&logits, dtype).unwrap();
                requires_grad(&x).unwrap();
                let target = index(&targets.data);
                let before = mock::stats();
                let loss = out(|o| unsafe { tensor_cross_entropy(x.0, target.0, null(), o) }).unwrap();
                let forward = mock::stats();
                assert_eq!(forward.launches - before.launches, 2, "{shape:?}");
                let gradients = || {
                    let launched = |dtype| mock::launches_of(&format!("cross_entropy_gradient_{dtype}"));
                    ["f16", "bf16", "f32", "f64"].map(launched).iter().sum::<i64>()
                };
                let gradients_before = gradients();
                check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
                assert_eq!(gradients() - gradients_before, 1);
                // Besides the gradient's own: the seed, which is filled.
                assert!(mock::stats().launches - forward.launches <= 2, "{shape:?}");
            }
        }
    });
}

/// Far beyond the segments that the device's memory comes in.
#[test]
fn a_cross_entropy_keeps_nothing_as_large_as_the_logits() {
    on_mock(&[], || {
        let shape = [600, 9000];
        let x = tensor(&Array::new(&shape, || 0.5), TENSOR_DTYPE_F32).unwrap();
        requires_grad(&x).unwrap();
        let target = index(&[1.0; 600]);
        let before = mock::stats().live_bytes;
        let _loss = out(|o| unsafe { tensor_cross_entropy(x.0, target.0, null(), o) }).unwrap();
        assert!(mock::stats().live_bytes - before < 4 * 600 * 9000 / 4);
    });
}

/// No op waits for the device, nor copies from or to pageable memory: what a captured graph could not hold. The op table
/// once, forward and backward, apart from what says that it waits.
#[test]
fn ops_do_not_wait_for_the_device() {
    on_mock(&[("MOCK_CUDA_DEFER", "1")], || {
        // There and back; a size that is read off the data; a mask and weights that the row itself copies.
        const WAITS: [&str; 4] = ["tensor_to_device", "tensor_to_cpu", "tensor_one_hot -1", "tensor_dropout"];
        let mut seen = Vec::new();
        for row in rows::rows() {
            if WAITS.iter().any(|w| row.name.starts_with(w)) || row.name.ends_with("weighted true") {
                continue;
            }
            let inputs: Vec<T> = (row.inputs)(&mut Rng(5))
                .iter()
                .map(|i| {
                    let dtype = match i.kind {
                        rows::InputKind::Index => TENSOR_DTYPE_I64,
                        rows::InputKind::Bool => TENSOR_DTYPE_BOOL,
                        _ => TENSOR_DTYPE_F32,
                    };
                    let x = tensor(&i.array, dtype).unwrap();
                    if i.kind == rows::InputKind::Value && row.gradient != rows::Gradient::None {
                        requires_grad(&x).unwrap();
                    }
                    x
                })
                .collect();
            check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
            let before = mock::stats();
            let y = (row.run)(&inputs).unwrap_or_else(|e| panic!("{}: {e:?}", row.name));
            let mut after = vec![mock::stats()];
            if unsafe { tensor_requires_grad(y.0) } == 1 {
                let loss = out(|o| unsafe { tensor_sum(y.0, null(), 0, null(), o) }).unwrap();
                check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
                after.push(mock::stats());
            }
            let waited = |s: &mock::Stats| (s.waits, s.copies_to_host) != (before.waits, before.copies_to_host);
            if after.iter().any(waited) {
                seen.push(row.name.clone());
            }
        }
        assert!(seen.is_empty(), "these ops wait for the device: {seen:#?}");
    });
}
