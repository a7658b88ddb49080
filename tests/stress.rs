//! Several threads at once, and what must not depend on how many there are.

mod common;

use common::array::{Array, Rng};
use common::rows::{integer, number};
use common::*;
use std::collections::HashSet;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use tendon::c_api::*;

/// A handle that several threads may use in calls that take `const Tensor *`.
#[derive(Clone, Copy)]
struct Shared(*mut Tensor);

unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    fn get(self) -> *mut Tensor {
        self.0
    }
}

fn bytes(x: &T) -> Vec<u8> {
    let whole = out(|o| unsafe { tensor_contiguous(x.0, o) }).unwrap();
    let mut bytes = vec![0u8; unsafe { tensor_nbytes(x.0) } as usize];
    check(unsafe { tensor_copy_to_host(whole.0, bytes.as_mut_ptr().cast(), bytes.len()) }).unwrap();
    bytes
}

fn f32s(shape: &[i64], seed: u64) -> T {
    let mut rng = Rng(seed);
    tensor(&Array::new(shape, || rng.uniform(-2.0, 2.0)), TENSOR_DTYPE_F32).unwrap()
}

/// The default number of threads, back when the test ends.
struct Threads(i32);

impl Threads {
    fn set(n: i32) {
        check(unsafe { tendon_set_num_threads(n) }).unwrap();
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        Threads::set(self.0);
    }
}

fn threads() -> Threads {
    Threads(unsafe { tendon_num_threads() })
}

#[test]
fn gradients_of_two_threads_add_up() {
    let _alone = alone();
    const ROUNDS: usize = 1000;
    let leaves: Vec<T> = (0..3)
        .map(|k| {
            let x = tensor(&Array::new(&[8], || (k + 1) as f64), TENSOR_DTYPE_F64).unwrap();
            requires_grad(&x).unwrap();
            x
        })
        .collect();
    let [a, b, c] = [0, 1, 2].map(|k| Shared(leaves[k].0));
    std::thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(move || {
                for _ in 0..ROUNDS {
                    // Σ (a·b + c): the gradients are b, a and 1.
                    let product = out(|o| unsafe { tensor_mul(a.get(), b.get(), o) }).unwrap();
                    let sum = out(|o| unsafe { tensor_add(product.0, c.get(), o) }).unwrap();
                    let loss = out(|o| unsafe { tensor_sum(sum.0, null(), 0, null(), o) }).unwrap();
                    check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
                }
            });
        }
    });
    for (x, want) in leaves.iter().zip([2.0, 1.0, 1.0]) {
        let grad = out(|o| unsafe { tensor_grad(x.0, o) }).unwrap();
        assert_eq!(values(&grad).unwrap().data, [want * 2.0 * ROUNDS as f64; 8]);
    }
    drop(leaves);
    nothing_lives();
}

#[test]
fn handles_are_shared_made_and_released_by_four_threads() {
    let _alone = alone();
    const PLACES: usize = 24;
    const ROUNDS: usize = 20_000;
    let places: Vec<AtomicUsize> = (0..PLACES).map(|_| AtomicUsize::new(0)).collect();
    let put = |i: usize, x: *mut Tensor| {
        let old = places[i].swap(x as usize, AcqRel) as *mut Tensor;
        // Whoever takes a handle out releases it, once: that works.
        check(unsafe { tensor_release(old) }).unwrap();
    };
    let (passed, stale) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|s| {
        for thread in 0..4 {
            let (put, places, passed, stale) = (&put, &places, &passed, &stale);
            s.spawn(move || {
                let mut rng = Rng(thread);
                for _ in 0..ROUNDS {
                    let [i, j, k] = [0; 3].map(|_| rng.below(PLACES as u64) as usize);
                    // Another thread may release it before or during the call.
                    let (x, y) = (places[i].load(Acquire) as *const Tensor, places[j].load(Acquire) as *const Tensor);
                    let made = match rng.below(8) {
                        0 => out(|o| unsafe { tensor_full([2, 3].as_ptr(), 2, number(1.5), null(), o) }),
                        1 => out(|o| unsafe { tensor_retain(x, o) }),
                        2 => out(|o| unsafe { tensor_transpose(x, 0, 1, o) }),
                        3 => out(|o| unsafe { tensor_select(x, 0, 0, o) }),
                        4 => out(|o| unsafe { tensor_add(x, y, o) }),
                        5 => out(|o| unsafe { tensor_detach(x, o) }),
                        6 => out(|o| unsafe { tensor_contiguous(x, o) }),
                        _ => {
                            put(k, null_mut());
                            continue;
                        }
                    };
                    match made {
                        Ok(made) => {
                            passed.fetch_add(1, Relaxed);
                            let handle = made.0;
                            std::mem::forget(made);
                            put(k, handle);
                        }
                        Err(e) => {
                            let known = [TENSOR_ERR_INVALID_HANDLE, TENSOR_ERR_SHAPE];
                            assert!(known.contains(&e.status), "{e:?}");
                            stale.fetch_add(1, Relaxed);
                        }
                    }
                }
            });
        }
    });
    (0..PLACES).for_each(|i| put(i, null_mut()));
    assert!(passed.load(Relaxed) > ROUNDS && stale.load(Relaxed) > 0);
    nothing_lives();
}

type Call = Box<dyn Fn() -> R<T>>;

/// Calls over tensors large enough for every thread to get a piece.
fn large_calls() -> Vec<(&'static str, Call)> {
    fn with(x: T, call: impl Fn(*const Tensor, *mut *mut Tensor) -> TensorStatus + 'static) -> Call {
        Box::new(move || {
            // The whole owner moves in, not the number alone.
            let x = &x;
            out(|o| call(x.0, o))
        })
    }
    let (rows, long, tall) = ([257, 501], [300_001], [70_001, 3]);
    let other = f32s(&[501, 130], 9);
    let product = move |x, o| {
        let other = &other;
        unsafe { tensor_matmul(x, other.0, o) }
    };
    let index: Array = Array { shape: vec![70_001], data: (0..70_001).map(|i| (i * 31 % 97) as f64).collect() };
    let index = tensor(&index, TENSOR_DTYPE_I64).unwrap();
    let base = f32s(&[97, 3], 2);
    vec![
        ("sum", with(f32s(&long, 1), |x, o| unsafe { tensor_sum(x, null(), 0, null(), o) })),
        ("sum over rows", with(f32s(&tall, 1), |x, o| unsafe { tensor_sum(x, [0].as_ptr(), 1, null(), o) })),
        ("sum over columns", with(f32s(&rows, 1), |x, o| unsafe { tensor_sum(x, [1].as_ptr(), 1, null(), o) })),
        ("mean", with(f32s(&long, 1), |x, o| unsafe { tensor_mean(x, null(), 0, null(), o) })),
        ("var", with(f32s(&long, 1), |x, o| unsafe { tensor_var(x, null(), 0, null(), o) })),
        ("var over rows", with(f32s(&tall, 1), |x, o| unsafe { tensor_var(x, [0].as_ptr(), 1, null(), o) })),
        ("max", with(f32s(&long, 1), |x, o| unsafe { tensor_max(x, null(), 0, null(), o) })),
        ("argmax", with(f32s(&long, 1), |x, o| unsafe { tensor_argmax(x, null(), null(), o) })),
        ("softmax", with(f32s(&rows, 1), |x, o| unsafe { tensor_softmax(x, 1, null(), o) })),
        ("softmax of columns", with(f32s(&rows, 1), |x, o| unsafe { tensor_softmax(x, 0, null(), o) })),
        ("log_softmax of one row", with(f32s(&long, 1), |x, o| unsafe { tensor_log_softmax(x, 0, null(), o) })),
        ("matmul", with(f32s(&rows, 1), product)),
        ("exp", with(f32s(&long, 1), |x, o| unsafe { tensor_exp(x, o) })),
        ("index_add", {
            with(f32s(&tall, 1), move |x, o| {
                let (base, index) = (&base, &index);
                unsafe { tensor_index_add(base.0, 0, index.0, x, o) }
            })
        }),
    ]
}

#[test]
fn results_are_the_same_bits_for_any_number_of_threads() {
    let _alone = alone();
    let _threads = threads();
    for (name, call) in large_calls() {
        Threads::set(1);
        let want = bytes(&call().unwrap());
        for n in 2..=4 {
            Threads::set(n);
            assert!(bytes(&call().unwrap()) == want, "{name}: {n} threads give other bits than one");
        }
    }
    nothing_lives();
}

#[test]
fn random_numbers_are_the_same_for_any_number_of_threads() {
    let _alone = alone();
    let _threads = threads();
    let shape = [200_003i64];
    let (s, n) = (shape.as_ptr(), 1);
    let ones = tensor(&Array::new(&shape, || 1.0), TENSOR_DTYPE_F32).unwrap();
    let draw = || -> Vec<Vec<u8>> {
        check(unsafe { tendon_manual_seed(42) }).unwrap();
        let all = [
            out(|o| unsafe { tensor_rand(s, n, null(), o) }),
            out(|o| unsafe { tensor_randn(s, n, null(), o) }),
            out(|o| unsafe { tensor_randint(-5, 1000, s, n, null(), o) }),
            out(|o| unsafe { tensor_randperm(50_000, null(), o) }),
            out(|o| unsafe { tensor_dropout(ones.0, 0.3, null(), o) }),
        ];
        all.into_iter().map(|x| bytes(&x.unwrap())).collect()
    };
    Threads::set(1);
    let want = draw();
    for n in 2..=4 {
        Threads::set(n);
        assert!(draw() == want, "{n} threads draw other numbers than one");
    }
    drop(ones);
    nothing_lives();
}

#[test]
fn the_number_of_threads_may_change_while_others_compute() {
    let _alone = alone();
    let _threads = threads();
    let done = AtomicBool::new(false);
    std::thread::scope(|s| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                s.spawn(|| {
                    let calls = large_calls();
                    let want: Vec<Vec<u8>> = calls.iter().map(|(_, call)| bytes(&call().unwrap())).collect();
                    for _ in 0..5 {
                        for ((name, call), want) in calls.iter().zip(&want) {
                            assert!(bytes(&call().unwrap()) == *want, "{name}");
                        }
                    }
                })
            })
            .collect();
        s.spawn(|| {
            let mut n = 0;
            while !done.load(Acquire) {
                n = n % 4 + 1;
                Threads::set(n);
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        let results: Vec<_> = workers.into_iter().map(|w| w.join()).collect();
        done.store(true, Release);
        results.into_iter().for_each(|r| r.unwrap());
    });
    nothing_lives();
}

#[test]
fn promotion_does_not_depend_on_the_order() {
    let _alone = alone();
    let promote = |a, b| {
        let mut both = TENSOR_DTYPE_INVALID;
        check(unsafe { tensor_promote_types(a, b, &mut both) }).map(|()| both).map_err(|e| e.status)
    };
    let dtypes = TENSOR_DTYPE_BOOL..=TENSOR_DTYPE_F64;
    for a in dtypes.clone() {
        assert_eq!(promote(a, a), Ok(a));
        for b in dtypes.clone() {
            let both = promote(a, b);
            assert_eq!(both, promote(b, a), "{a} and {b}");
            if let Ok(both) = both {
                // What took both in takes either in again without a change.
                assert_eq!((promote(both, a), promote(both, b)), (Ok(both), Ok(both)), "{a} and {b}");
            }
        }
    }
    // Tensors with dimensions, without, in any order.
    let all: Vec<T> = dtypes
        .flat_map(|d| [(d, vec![]), (d, vec![2])])
        .map(|(d, shape)| tensor(&Array::new(&shape, || 1.0), d).unwrap())
        .collect();
    let result_type = |list: &[&T]| {
        let handles: Vec<*const Tensor> = list.iter().map(|x| x.0.cast_const()).collect();
        let mut d = TENSOR_DTYPE_INVALID;
        check(unsafe { tensor_result_type(handles.as_ptr(), handles.len(), &mut d) }).map(|()| d).map_err(|e| e.status)
    };
    for a in &all {
        for b in &all {
            assert_eq!(result_type(&[a, b]), result_type(&[b, a]));
            let sums = [(a, b), (b, a)]
                .map(|(a, b)| out(|o| unsafe { tensor_add(a.0, b.0, o) }).map(|y| unsafe { tensor_dtype(y.0) }).ok());
            assert_eq!(sums[0], sums[1]);
            assert_eq!(sums[0], result_type(&[a, b]).ok());
        }
    }
    drop(all);
    nothing_lives();
}

#[test]
fn a_slot_whose_generations_are_used_up_is_never_used_again() {
    let _alone = alone();
    // A generation is the lower half of a handle.
    let generation = |x: &T| x.0 as usize as u32;
    let make = |n: usize| -> Vec<T> {
        (0..n).map(|_| out(|o| unsafe { tensor_scalar(integer(1), null(), o) }).unwrap()).collect()
    };
    testing_set_first_generation(u32::MAX - 1);
    // Slots of other tests are used up first; of these many some are new.
    let all = make(5000);
    let new: Vec<T> = all.into_iter().filter(|x| generation(x) == u32::MAX - 1).collect();
    testing_set_first_generation(1);
    assert!(!new.is_empty());
    let mut old: HashSet<usize> = new.iter().map(|x| x.0 as usize).collect();
    drop(new);
    // Their last generation.
    let last: Vec<T> = make(5000).into_iter().filter(|x| generation(x) == u32::MAX).collect();
    assert_eq!(last.len(), old.len());
    assert!(last.iter().all(|x| unsafe { tensor_numel(x.0) } == 1));
    old.extend(last.iter().map(|x| x.0 as usize));
    drop(last);
    // From now on all of these numbers mean nothing, whatever is made.
    for _ in 0..3 {
        let others = make(12_000);
        assert!(others.iter().all(|x| !old.contains(&(x.0 as usize)) && (1..u32::MAX - 1).contains(&generation(x))));
        for &stale in &old {
            assert_eq!(unsafe { tensor_ndim(stale as *const Tensor) }, -1);
            assert_eq!(unsafe { tensor_release(stale as *mut Tensor) }, TENSOR_ERR_INVALID_HANDLE);
        }
    }
    nothing_lives();
}
