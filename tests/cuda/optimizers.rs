//! Optimizers on a device: the CPU's numbers, bit for bit, for many parameters of all float dtypes in few launches.

use super::common::array::{Array, Rng};
use super::common::*;
use super::mock;
use super::process::{apart, on_mock};
use super::values::bytes;
use std::ptr::null_mut;
use tendon::c_api::*;

struct Optimizer(*mut TensorOptimizer);

impl Drop for Optimizer {
    fn drop(&mut self) {
        unsafe { tensor_optimizer_release(self.0) };
    }
}

/// What is asked of it: 0 to 5.
fn optimizer(params: &[T], adamw: bool, form: usize) -> Optimizer {
    let handles: Vec<*mut Tensor> = params.iter().map(|p| p.0).collect();
    let mut made = null_mut();
    let weight_decay = 0.01 * (form % 2) as f64;
    let maximize = (form == 4) as u8;
    check(if adamw {
        let options = TensorAdamWOptions {
            lr: 0.01,
            beta2: 0.99,
            weight_decay,
            amsgrad: (form > 2) as u8,
            maximize,
            ..Options::DEFAULT
        };
        unsafe { tensor_adamw_create(handles.as_ptr(), handles.len(), &options, &mut made) }
    } else {
        let options = TensorSgdOptions {
            lr: 0.01,
            momentum: if form < 2 { 0.0 } else { 0.9 },
            dampening: if form == 5 { 0.25 } else { 0.0 },
            weight_decay,
            nesterov: (form == 3) as u8,
            maximize,
            ..Options::DEFAULT
        };
        unsafe { tensor_sgd_create(handles.as_ptr(), handles.len(), &options, &mut made) }
    })
    .unwrap();
    Optimizer(made)
}

impl Optimizer {
    fn step(&self) {
        check(unsafe { tensor_optimizer_step(self.0) }).unwrap();
    }

    fn saved(&self) -> Vec<u8> {
        let mut n = 0;
        check(unsafe { tensor_optimizer_state_size(self.0, &mut n) }).unwrap();
        let mut bytes = vec![0u8; n];
        check(unsafe { tensor_optimizer_state_save(self.0, bytes.as_mut_ptr().cast(), n, &mut n) }).unwrap();
        bytes
    }

    fn load(&self, state: &[u8]) {
        check(unsafe { tensor_optimizer_state_load(self.0, state.as_ptr().cast(), state.len()) }).unwrap();
    }
}

fn normal(rng: &mut Rng, shape: &[i64]) -> Array {
    Array::new(shape, || rng.uniform(-2.0, 2.0))
}

/// A gradient for the parameter on the CPU and for the same one on the device; none for some.
fn give_gradients(rng: &mut Rng, here: &[T], there: &[T], turned: bool, step: usize) {
    for (i, (p, q)) in here.iter().zip(there).enumerate() {
        let mut made = null_mut();
        let mut far = null_mut();
        let (g, d);
        if !(i + step).is_multiple_of(5) {
            let dtype = unsafe { tensor_dtype(p.0) };
            let mut size = shape(p);
            if turned {
                size.reverse();
            }
            let turn = |x: T| if turned { out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) }).unwrap() } else { x };
            let whole = cpu_tensor(&normal(rng, &size), dtype).unwrap();
            d = turn(to_device(&whole, cuda(0)).unwrap());
            g = turn(whole);
            (made, far) = (g.0, d.0);
        }
        check(unsafe { tensor_set_grad(p.0, made) }).unwrap();
        check(unsafe { tensor_set_grad(q.0, far) }).unwrap();
    }
}

#[track_caller]
fn same(here: &[T], there: &[T]) {
    for (i, (p, q)) in here.iter().zip(there).enumerate() {
        let dense = |x: &T| bytes(&out(|o| unsafe { tensor_contiguous(x.0, o) }).unwrap());
        assert!(dense(p) == dense(q), "parameter {i}: {:?} {:?}", values(p).unwrap().data, values(q).unwrap().data);
    }
}

#[test]
fn many_parameters_move_as_on_the_cpu() {
    apart(&[], || {
        let mut rng = Rng(5);
        for adamw in [false, true] {
            for form in 0..6 {
                let (mut here, mut there) = (Vec::new(), Vec::new());
                for i in 0..130 {
                    let size = [1 + rng.below(5) as i64, 1 + rng.below(if i == 7 { 4000 } else { 40 }) as i64];
                    here.push(cpu_tensor(&normal(&mut rng, &size), FLOATS[i % 4]).unwrap());
                    there.push(to_device(&here[i], cuda(0)).unwrap());
                }
                let (a, mut b) = (optimizer(&here, adamw, form), optimizer(&there, adamw, form));
                for step in 0..3 {
                    give_gradients(&mut rng, &here, &there, false, step);
                    a.step();
                    b.step();
                    same(&here, &there);
                    assert!(a.saved() == b.saved());
                    // What was saved on one device goes on, on the other.
                    b = optimizer(&there, adamw, form);
                    b.load(&a.saved());
                }
            }
        }
    });
}

/// Parameters and gradients that are views: transposed, not aligned, with gaps, empty, of rank 0.
#[test]
fn odd_parameters_move_as_on_the_cpu() {
    apart(&[], || {
        let mut rng = Rng(6);
        for adamw in [false, true] {
            let base = cpu_tensor(&normal(&mut rng, &[6, 9]), TENSOR_DTYPE_F32).unwrap();
            let far = to_device(&base, cuda(0)).unwrap();
            let views = |base: &T| {
                let rows = |start, n| out(|o| unsafe { tensor_narrow(base.0, 0, start, n, o) }).unwrap();
                vec![
                    out(|o| unsafe { tensor_transpose(rows(0, 3).0, 0, 1, o) }).unwrap(),
                    out(|o| unsafe { tensor_narrow(rows(3, 1).0, 1, 1, 7, o) }).unwrap(),
                    out(|o| unsafe { tensor_slice(rows(4, 2).0, 1, 0, 9, 2, o) }).unwrap(),
                    out(|o| unsafe { tensor_narrow(rows(0, 0).0, 1, 0, 2, o) }).unwrap(),
                ]
            };
            let (here, there) = (views(&base), views(&far));
            let (a, b) = (optimizer(&here, adamw, 3), optimizer(&there, adamw, 3));
            for step in 0..4 {
                give_gradients(&mut rng, &here, &there, true, step);
                a.step();
                b.step();
                same(std::slice::from_ref(&base), std::slice::from_ref(&far));
            }
        }
    });
}

#[test]
fn a_step_is_a_few_launches() {
    on_mock(&[], || {
        let mut rng = Rng(7);
        for (adamw, launches, kernel) in [(false, 3, "sgd_f32"), (true, 4, "adamw_f32")] {
            let params: Vec<T> =
                (0..200).map(|_| tensor(&normal(&mut rng, &[40]), TENSOR_DTYPE_F32).unwrap()).collect();
            for p in &params {
                let g = tensor(&normal(&mut rng, &[40]), TENSOR_DTYPE_F32).unwrap();
                check(unsafe { tensor_set_grad(p.0, g.0) }).unwrap();
            }
            let optimizer = optimizer(&params, adamw, 2);
            optimizer.step();
            let before = (mock::stats().launches, mock::launches_of(kernel));
            optimizer.step();
            let made = (mock::stats().launches - before.0, mock::launches_of(kernel) - before.1);
            assert_eq!(made, (launches, launches), "{kernel}");
        }
    });
}
