//! Whole programs: a network that trains on the device as it does on the CPU.

use super::common::array::{Array, Rng};
use super::common::*;
use super::process::part;
use std::ptr::{null, null_mut};
use tendon::c_api::*;

/// A network of two layers, its optimizer and its data.
struct Training {
    parameters: Vec<T>,
    optimizer: *mut TensorOptimizer,
    x: T,
    labels: T,
}

impl Drop for Training {
    fn drop(&mut self) {
        unsafe { tensor_optimizer_release(self.optimizer) };
    }
}

impl Training {
    fn new(device: TensorDevice, adamw: bool) -> Training {
        let mut rng = Rng(21);
        let mut make = |shape: &[i64], scale: f64| {
            let x = cpu_tensor(&Array::new(shape, || rng.uniform(-scale, scale)), TENSOR_DTYPE_F32).unwrap();
            to_device(&x, device).unwrap()
        };
        let parameters: Vec<T> =
            [&[32i64, 20][..], &[32], &[5, 32], &[5]].iter().map(|shape| make(shape, 0.3)).collect();
        let x = make(&[48, 20], 1.0);
        let labels = Array { shape: vec![48], data: (0..48).map(|i| (i * 7 % 5) as f64).collect() };
        let labels = to_device(&cpu_tensor(&labels, TENSOR_DTYPE_I64).unwrap(), device).unwrap();
        parameters.iter().for_each(|p| requires_grad(p).unwrap());
        let handles: Vec<*mut Tensor> = parameters.iter().map(|p| p.0).collect();
        let mut optimizer = null_mut();
        check(unsafe {
            if adamw {
                let options = TensorAdamWOptions { lr: 0.01, ..Options::DEFAULT };
                tensor_adamw_create(handles.as_ptr(), handles.len(), &options, &mut optimizer)
            } else {
                let options = TensorSgdOptions { lr: 0.05, momentum: 0.9, nesterov: 1, ..Options::DEFAULT };
                tensor_sgd_create(handles.as_ptr(), handles.len(), &options, &mut optimizer)
            }
        })
        .unwrap();
        Training { parameters, optimizer, x, labels }
    }

    fn step(&self) -> T {
        let linear = |x: &T, w: usize| {
            let (weight, bias) = (self.parameters[w].0, self.parameters[w + 1].0);
            out(|o| unsafe { tensor_linear(x.0, weight, bias, o) }).unwrap()
        };
        let hidden = linear(&self.x, 0);
        let active = out(|o| unsafe { tensor_gelu(hidden.0, null(), o) }).unwrap();
        let kept = out(|o| unsafe { tensor_dropout(active.0, 0.1, null(), o) }).unwrap();
        let logits = linear(&kept, 2);
        let loss = out(|o| unsafe { tensor_cross_entropy(logits.0, self.labels.0, null(), o) }).unwrap();
        check(unsafe { tensor_optimizer_zero_grad(self.optimizer) }).unwrap();
        check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
        check(unsafe { tensor_optimizer_step(self.optimizer) }).unwrap();
        loss
    }

    fn saved(&self) -> Vec<u8> {
        let mut n = 0;
        check(unsafe { tensor_optimizer_state_size(self.optimizer, &mut n) }).unwrap();
        let mut bytes = vec![0u8; n];
        check(unsafe { tensor_optimizer_state_save(self.optimizer, bytes.as_mut_ptr().cast(), n, &mut n) }).unwrap();
        bytes
    }
}

fn losses(training: &Training, steps: usize) -> Vec<f64> {
    check(unsafe { tendon_manual_seed(4) }).unwrap();
    let all: Vec<T> = (0..steps).map(|_| training.step()).collect();
    all.iter().map(|loss| values(loss).unwrap().data[0]).collect()
}

fn near(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * a.abs().max(1.0))
}

#[test]
fn a_network_trains_as_on_the_cpu() {
    let ways: [(&str, &[(&str, &str)]); 4] = [
        ("with cublasLt", &[]),
        ("with own kernels only", &[("TENDON_CUDA_LIBS", "off")]),
        ("own kernels of an older device", &[("TENDON_CUDA_LIBS", "off"), ("MOCK_CUDA_CAPABILITY", "75")]),
        ("deferred", &[("MOCK_CUDA_DEFER", "1")]),
    ];
    for (way, env) in ways {
        part(way, env, || {
            for adamw in [false, true] {
                let (here, there) = (Training::new(CPU, adamw), Training::new(cuda(0), adamw));
                let (want, got) = (losses(&here, 12), losses(&there, 12));
                assert!(near(&want, &got, 1e-3), "{want:?} {got:?}");
                assert!(got[11] < got[0], "{got:?}");
                for (a, b) in here.parameters.iter().zip(&there.parameters) {
                    assert!(near(&values(a).unwrap().data, &values(b).unwrap().data, 2e-3));
                    let grad = out(|o| unsafe { tensor_grad(b.0, o) }).unwrap();
                    assert_eq!(device_of(&grad), cuda(0));
                }
            }
        });
    }
}

/// A state saved on one device goes on, on the other.
#[test]
fn an_optimizer_changes_devices() {
    part("", &[], || {
        for adamw in [false, true] {
            let (here, there) = (Training::new(CPU, adamw), Training::new(cuda(0), adamw));
            losses(&here, 3);
            let saved = here.saved();
            check(unsafe { tensor_optimizer_state_load(there.optimizer, saved.as_ptr().cast(), saved.len()) }).unwrap();
            assert_eq!(there.saved(), saved);
            // From the same parameters on, both go the same way.
            for (a, b) in here.parameters.iter().zip(&there.parameters) {
                let mut mode = null_mut();
                check(unsafe { tensor_no_grad_begin(&mut mode) }).unwrap();
                check(unsafe { tensor_copy_(b.0, to_device(a, cuda(0)).unwrap().0) }).unwrap();
                check(unsafe { tensor_mode_end(mode) }).unwrap();
            }
            let (want, got) = (losses(&here, 3), losses(&there, 3));
            assert!(near(&want, &got, 1e-3), "{want:?} {got:?}");
        }
    });
}
