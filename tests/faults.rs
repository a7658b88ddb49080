//! Memory runs out: the n-th allocation fails, for n = 1, 2, … until a run needs fewer, over the op table and whatever
//! else allocates. A call that fails says OUT_OF_MEMORY, leaks nothing and changes nothing; the same call works when there
//! is memory again. And a run of a process whose address space is used up, in which no call may end the process.
//!
//! `TENDON_TEST_FULL=1` leaves less room, in smaller steps.

// Every call of a C function is unsafe; what the tests pass is valid, or is refused.
#![allow(clippy::undocumented_unsafe_blocks)]

mod common;

use common::array::{Array, Rng};
use common::rows::{Gradient, InputKind, Row, integer, number, rows};
use common::*;
use std::ffi::{CString, c_char};
use std::ptr::{null, null_mut};
use tendon::c_api::*;
use tendon::cpu::memory::fault;
use tendon::interchange::dlpack::{DlDataType, DlDevice, DlManagedTensorVersioned, DlTensor, DlVersion};

fn full() -> bool {
    std::env::var_os("TENDON_TEST_FULL").is_some()
}

fn live() -> (i64, i64, i64) {
    unsafe { (tendon_live_handle_count(), tendon_live_tensor_count(), tendon_live_storage_count()) }
}

/// Everything of a tensor that a failed call must leave: bytes, version, and what it is in a graph.
fn fingerprint(x: &T) -> Vec<u8> {
    let whole = out(|o| unsafe { tensor_contiguous(x.0, o) }).unwrap();
    let mut bytes = vec![0u8; unsafe { tensor_nbytes(x.0) } as usize];
    check(unsafe { tensor_copy_to_host(whole.0, bytes.as_mut_ptr().cast(), bytes.len()) }).unwrap();
    bytes.extend(unsafe { tensor_version(x.0) }.to_ne_bytes());
    bytes.push(unsafe { tensor_is_leaf(x.0) } as u8);
    bytes.push(unsafe { tensor_requires_grad(x.0) } as u8);
    bytes
}

fn fingerprints(all: &[T]) -> Vec<u8> {
    all.iter().flat_map(fingerprint).collect()
}

fn grad(x: &T) -> Option<T> {
    let mut g = null_mut();
    check(unsafe { tensor_grad(x.0, &mut g) }).unwrap();
    if g.is_null() { None } else { Some(T(g)) }
}

fn ones(shape: &[i64]) -> T {
    let options = TensorOptions { dtype: TENSOR_DTYPE_F64, device: device(), ..Options::DEFAULT };
    out(|o| unsafe { tensor_ones(shape.as_ptr(), shape.len(), &options, o) }).unwrap()
}

fn assert_out_of_memory(name: &str, n: u64, e: &Failure) {
    assert_eq!(e.status, TENSOR_ERR_OUT_OF_MEMORY, "{name}: allocation {n} failed: {e:?}");
    assert!(e.message.contains("out of memory"), "{name}: allocation {n} failed: {e:?}");
}

/// Runs `act` with the n-th allocation failing, on a fresh `prepare()` each time. After a failure `state` is as before,
/// nothing has leaked, and `act` works. The number of failures that were tried.
fn storm<S, V>(name: &str, prepare: impl Fn() -> S, act: impl Fn(&S) -> R<V>, state: impl Fn(&S) -> Vec<u8>) -> u64 {
    storm_over(name, prepare, act, state, |_| ())
}

/// As [`storm`], with a look at what `act` gives when it works.
fn storm_over<S, V>(
    name: &str,
    prepare: impl Fn() -> S,
    act: impl Fn(&S) -> R<V>,
    state: impl Fn(&S) -> Vec<u8>,
    look: impl Fn(&V),
) -> u64 {
    for n in 1.. {
        assert!(n < 100_000, "{name}: does not end");
        let s = prepare();
        let (before, alive) = (state(&s), live());
        fault::fail_nth(Some(n));
        let result = act(&s);
        let struck = fault::count() >= n;
        fault::fail_nth(None);
        match result {
            Ok(value) => {
                look(&value);
                drop(value);
                if !struck {
                    drop(s);
                    nothing_lives();
                    return n - 1;
                }
            }
            Err(e) => {
                assert!(struck, "{name}: failed without a fault: {e:?}");
                assert_out_of_memory(name, n, &e);
                assert_eq!(live(), alive, "{name}: allocation {n} failed: live handles, tensors, storages");
                assert_eq!(state(&s), before, "{name}: allocation {n} failed: something changed");
                look(&act(&s).unwrap_or_else(|e| panic!("{name}: again after failure {n}: {e:?}")));
            }
        }
        drop(s);
        nothing_lives();
    }
    0
}

// ---- the op table ----

fn inputs(row: &Row) -> Vec<T> {
    let tracked = row.gradient != Gradient::None;
    let prepared = (row.inputs)(&mut Rng(7));
    prepared
        .iter()
        .map(|i| {
            let dtype = match i.kind {
                InputKind::Index => TENSOR_DTYPE_I64,
                InputKind::Bool => TENSOR_DTYPE_BOOL,
                _ => TENSOR_DTYPE_F64,
            };
            let x = tensor(&i.array, dtype).unwrap();
            if i.kind == InputKind::Value && tracked {
                requires_grad(&x).unwrap();
                // A gradient from before, to which backward adds.
                let before = ones(&i.array.shape);
                check(unsafe { tensor_set_grad(x.0, before.0) }).unwrap();
            }
            x
        })
        .collect()
}

fn leaves(x: &[T]) -> Vec<*const Tensor> {
    x.iter().filter(|x| unsafe { tensor_requires_grad(x.0) } == 1).map(|x| x.0.cast_const()).collect()
}

fn grads(x: &[T]) -> Vec<u8> {
    x.iter().filter_map(grad).flat_map(|g| fingerprint(&g)).collect()
}

/// The loss Σ y² of a row.
fn loss(y: &T) -> R<T> {
    let squares = out(|o| unsafe { tensor_square(y.0, o) })?;
    out(|o| unsafe { tensor_sum(squares.0, null(), 0, null(), o) })
}

fn grad_of(loss: &T, x: &[T]) -> R<Vec<T>> {
    let wanted = leaves(x);
    let mut made = vec![null_mut(); wanted.len()];
    let options = TensorGradOptions { create_graph: 1, allow_unused: 1, ..Options::DEFAULT };
    let status = unsafe { tensor_grad_of(loss.0, wanted.as_ptr(), wanted.len(), &options, made.as_mut_ptr()) };
    if status != TENSOR_OK {
        assert!(made.iter().all(|g| g.is_null()), "on failure all outputs are NULL");
    }
    check(status)?;
    Ok(made.into_iter().filter(|g| !g.is_null()).map(T).collect())
}

#[test]
fn every_allocation_of_every_row() {
    let _alone = alone();
    let (mut tried, table) = (0, rows());
    for row in &table {
        // Forward: the inputs stay.
        tried += storm(&row.name, || inputs(row), |x| (row.run)(x), |x| fingerprints(x));
        if row.gradient == Gradient::None {
            continue;
        }
        // The graph of a failed backward is as good as before: what it gives then is what it gives at once.
        let prepare = || {
            let x = inputs(row);
            let y = (row.run)(&x).unwrap();
            let loss = loss(&y).unwrap();
            (x, loss)
        };
        let unchanged = |(x, loss): &(Vec<T>, T)| [fingerprints(x), grads(x), fingerprint(loss)].concat();
        if unsafe { tensor_requires_grad(prepare().1.0) } != 1 {
            continue;
        }
        let want = {
            let (x, loss) = prepare();
            let grads: Vec<u8> = grad_of(&loss, &x).unwrap().iter().flat_map(fingerprint).collect();
            grads
        };
        tried += storm_over(
            &format!("{}: tensor_grad_of", row.name),
            prepare,
            |(x, loss)| grad_of(loss, x),
            unchanged,
            |made| assert_eq!(made.iter().flat_map(fingerprint).collect::<Vec<u8>>(), want, "{}", row.name),
        );
        tried += storm(
            &format!("{}: tensor_backward", row.name),
            prepare,
            |(_, loss)| check(unsafe { tensor_backward(loss.0, null()) }),
            unchanged,
        );
        // The gradient's own graph.
        let second = || {
            let (x, loss) = prepare();
            let first = grad_of(&loss, &x).unwrap();
            let sum = first.iter().fold(ones(&[]), |s, g| {
                let part = self::loss(g).unwrap();
                out(|o| unsafe { tensor_add(s.0, part.0, o) }).unwrap()
            });
            (x, sum)
        };
        if unsafe { tensor_requires_grad(second().1.0) } == 1 {
            tried += storm(
                &format!("{}: second tensor_backward", row.name),
                second,
                |(_, sum)| check(unsafe { tensor_backward(sum.0, null()) }),
                unchanged,
            );
        }
    }
    println!("{} rows, {tried} failed allocations", table.len());
}

/// Large enough for workspaces and for pieces of several threads.
#[test]
fn every_allocation_of_large_calls() {
    let _alone = alone();
    let threads = unsafe { tendon_num_threads() };
    check(unsafe { tendon_set_num_threads(4) }).unwrap();
    type Call = fn(*const Tensor, *mut *mut Tensor) -> TensorStatus;
    let calls: [(&str, [i64; 2], Call); 12] = [
        ("matmul", [300, 300], |x, o| unsafe { tensor_matmul(x, x, o) }),
        ("exp", [300, 300], |x, o| unsafe { tensor_exp(x, o) }),
        ("sum", [90_000, 1], |x, o| unsafe { tensor_sum(x, null(), 0, null(), o) }),
        ("sum over rows", [30_000, 3], |x, o| unsafe { tensor_sum(x, [0].as_ptr(), 1, null(), o) }),
        ("var", [90_000, 1], |x, o| unsafe { tensor_var(x, null(), 0, null(), o) }),
        ("var over rows", [30_000, 3], |x, o| unsafe { tensor_var(x, [0].as_ptr(), 1, null(), o) }),
        ("max over rows", [30_000, 3], |x, o| unsafe { tensor_max(x, [0].as_ptr(), 1, null(), o) }),
        ("argmax", [90_000, 1], |x, o| unsafe { tensor_argmax(x, null(), null(), o) }),
        ("softmax", [300, 300], |x, o| unsafe { tensor_softmax(x, 1, null(), o) }),
        ("softmax of columns", [300, 300], |x, o| unsafe { tensor_softmax(x, 0, null(), o) }),
        ("log_softmax of columns", [300, 300], |x, o| unsafe { tensor_log_softmax(x, 0, null(), o) }),
        ("dropout", [300, 300], |x, o| unsafe { tensor_dropout(x, 0.5, null(), o) }),
    ];
    let mut tried = 0;
    for (name, shape, call) in calls {
        let leaf = || {
            let mut rng = Rng(1);
            let x = tensor(&Array::new(&shape, || rng.uniform(-1.0, 1.0)), TENSOR_DTYPE_F32).unwrap();
            requires_grad(&x).unwrap();
            x
        };
        tried += storm(name, leaf, |x| out(|o| call(x.0, o)), fingerprint);
        let prepare = || {
            let x = leaf();
            let y = out(|o| call(x.0, o)).unwrap();
            let loss = loss(&to_dtype(&y, TENSOR_DTYPE_F32).unwrap()).unwrap();
            (vec![x], loss)
        };
        if unsafe { tensor_requires_grad(prepare().1.0) } == 1 {
            let backward = |(_, loss): &(Vec<T>, T)| check(unsafe { tensor_backward(loss.0, null()) });
            let state = |(x, loss): &(Vec<T>, T)| [fingerprints(x), grads(x), fingerprint(loss)].concat();
            tried += storm(&format!("{name}: tensor_backward"), prepare, backward, state);
        }
    }
    check(unsafe { tendon_set_num_threads(threads) }).unwrap();
    println!("{tried} failed allocations");
}

// ---- in place ----

#[test]
fn a_write_in_place_that_fails_changes_nothing() {
    type Call = Box<dyn Fn(*mut Tensor, *const Tensor) -> TensorStatus>;
    let _alone = alone();
    let calls: Vec<(&str, Call)> = vec![
        ("add_", Box::new(|x, b| unsafe { tensor_add_(x, b) })),
        ("sub_", Box::new(|x, b| unsafe { tensor_sub_(x, b) })),
        ("mul_", Box::new(|x, b| unsafe { tensor_mul_(x, b) })),
        ("div_", Box::new(|x, b| unsafe { tensor_div_(x, b) })),
        ("copy_", Box::new(|x, b| unsafe { tensor_copy_(x, b) })),
        ("add_ of itself", Box::new(|x, _| unsafe { tensor_add_(x, x) })),
        ("add_scalar_", Box::new(|x, _| unsafe { tensor_add_scalar_(x, number(1.5)) })),
        ("sub_scalar_", Box::new(|x, _| unsafe { tensor_sub_scalar_(x, number(1.5)) })),
        ("mul_scalar_", Box::new(|x, _| unsafe { tensor_mul_scalar_(x, number(1.5)) })),
        ("div_scalar_", Box::new(|x, _| unsafe { tensor_div_scalar_(x, number(1.5)) })),
        ("fill_", Box::new(|x, _| unsafe { tensor_fill_(x, number(1.5)) })),
        ("zero_", Box::new(|x, _| unsafe { tensor_zero_(x) })),
        ("clamp_", Box::new(|x, _| unsafe { tensor_clamp_(x, &number(0.6), &number(0.7)) })),
        ("neg_", Box::new(|x, _| unsafe { tensor_neg_(x) })),
        ("exp_", Box::new(|x, _| unsafe { tensor_exp_(x) })),
        ("sqrt_", Box::new(|x, _| unsafe { tensor_sqrt_(x) })),
        ("relu_", Box::new(|x, _| unsafe { tensor_relu_(x) })),
        ("sigmoid_", Box::new(|x, _| unsafe { tensor_sigmoid_(x) })),
        ("tanh_", Box::new(|x, _| unsafe { tensor_tanh_(x) })),
    ];
    /// base, what is written, the other operand
    type Trio = (T, T, T);
    type Lay = fn(&T) -> R<T>;
    let layouts: [(&str, Lay); 3] = [
        ("whole", |base| out(|o| unsafe { tensor_retain(base.0, o) })),
        ("transposed", |base| out(|o| unsafe { tensor_transpose(base.0, 0, 1, o) })),
        ("every second column", |base| out(|o| unsafe { tensor_slice(base.0, 1, 0, i64::MAX, 2, o) })),
    ];
    let mut tried = 0;
    for (name, call) in &calls {
        for (layout, view) in layouts {
            for tracked in [false, true] {
                for operand in ["as the target", "f32", "broadcast", "cancellable"] {
                    let prepare = || -> Trio {
                        let mut rng = Rng(3);
                        let leaf = tensor(&Array::new(&[6, 6], || rng.uniform(0.5, 2.0)), TENSOR_DTYPE_F64).unwrap();
                        if tracked {
                            requires_grad(&leaf).unwrap();
                        }
                        let base = out(|o| unsafe { tensor_clone(leaf.0, o) }).unwrap();
                        let x = view(&base).unwrap();
                        let shape = if operand == "broadcast" { vec![1] } else { shape(&x) };
                        let dtype = if operand == "f32" { TENSOR_DTYPE_F32 } else { TENSOR_DTYPE_F64 };
                        let b = tensor(&Array::new(&shape, || rng.uniform(0.5, 2.0)), dtype).unwrap();
                        (base, x, b)
                    };
                    let act = |(_, x, b): &Trio| {
                        let mut token = null_mut();
                        if operand == "cancellable" {
                            check(unsafe { tendon_cancel_token_create(&mut token) })?;
                            check(unsafe { tendon_set_cancel_token(token) }).unwrap();
                        }
                        let done = check(call(x.0, b.0));
                        check(unsafe { tendon_set_cancel_token(null()) }).unwrap();
                        unsafe { tendon_cancel_token_release(token) };
                        done
                    };
                    tried += storm(
                        &format!("tensor_{name}, {layout}, tracked {tracked}, operand {operand}"),
                        prepare,
                        act,
                        |(base, x, b)| [fingerprint(base), fingerprint(x), fingerprint(b)].concat(),
                    );
                }
            }
        }
    }
    println!("{tried} failed allocations");
}

// ---- files ----

struct Dict(*mut TensorDict);

impl Drop for Dict {
    fn drop(&mut self) {
        check(unsafe { tensor_dict_release(self.0) }).unwrap();
    }
}

#[test]
fn checkpoints() {
    let _alone = alone();
    type Load = unsafe extern "C" fn(*const c_char, *const TensorLoadOptions, *mut *mut TensorDict) -> TensorStatus;
    let files: [(&str, Load); 7] = [
        ("safetensors/dtypes.safetensors", tensor_dict_load_safetensors),
        ("safetensors/misaligned.safetensors", tensor_dict_load_safetensors),
        ("safetensors/sharded/model.safetensors.index.json", tensor_dict_load_safetensors),
        ("pytorch/training.pt", tensor_dict_load_pytorch),
        ("pytorch/deflated.pt", tensor_dict_load_pytorch),
        ("pytorch/big_endian.pt", tensor_dict_load_pytorch),
        ("pytorch/legacy.pt", tensor_dict_load_pytorch),
    ];
    let mut tried = 0;
    for (file, load) in files {
        let path = CString::new(format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for mmap in [TENSOR_MMAP_ON, TENSOR_MMAP_OFF] {
            let options = TensorLoadOptions { mmap, ..Options::DEFAULT };
            let read = |_: &()| {
                let mut dict = null_mut();
                check(unsafe { load(path.as_ptr(), &options, &mut dict) })?;
                Ok(Dict(dict))
            };
            tried += storm(file, || (), read, |()| Vec::new());
        }
    }
    println!("{tried} failed allocations");
    assert!(tried > 200);
}

// ---- making, asking, printing ----

#[test]
fn what_makes_tensors() {
    let _alone = alone();
    let shape = [3i64, 4];
    let (s, n) = (shape.as_ptr(), shape.len());
    let data = [1f32; 12];
    let tracked = TensorOptions { dtype: TENSOR_DTYPE_F32, requires_grad: 1, ..Options::DEFAULT };
    let mut tried = 0;
    let mut emit = |name: &str, call: &dyn Fn(*mut *mut Tensor) -> TensorStatus| {
        tried += storm(name, || (), |()| out(call), |()| Vec::new());
    };
    unsafe {
        let t = &tracked;
        emit("empty", &|o| tensor_empty(s, n, t, o));
        emit("zeros", &|o| tensor_zeros(s, n, t, o));
        emit("ones", &|o| tensor_ones(s, n, t, o));
        emit("full", &|o| tensor_full(s, n, number(2.0), t, o));
        emit("scalar", &|o| tensor_scalar(number(2.0), t, o));
        emit("arange", &|o| tensor_arange(integer(0), integer(9), integer(2), t, o));
        emit("linspace", &|o| tensor_linspace(0.0, 1.0, 5, t, o));
        emit("eye", &|o| tensor_eye(3, 4, t, o));
        emit("rand", &|o| tensor_rand(s, n, t, o));
        emit("randn", &|o| tensor_randn(s, n, t, o));
        emit("randint", &|o| tensor_randint(0, 9, s, n, null(), o));
        emit("randperm", &|o| tensor_randperm(100, null(), o));
        emit("from_host_copy", &|o| tensor_from_host_copy(data.as_ptr().cast(), 48, TENSOR_DTYPE_F32, s, n, t, o));
    }
    let mut from = |name: &str, call: &dyn Fn(*mut Tensor, *mut *mut Tensor) -> TensorStatus| {
        let prepare = || tensor(&Array::new(&[3, 4], || 1.0), TENSOR_DTYPE_F32).unwrap();
        tried += storm(name, prepare, |x| out(|o| call(x.0, o)), fingerprint);
    };
    let cpu = TensorDevice { r#type: TENSOR_DEVICE_CPU, index: 0 };
    let copy = TensorConvertOptions { copy: 1, ..Options::DEFAULT };
    unsafe {
        from("empty_like", &|x, o| tensor_empty_like(x, null(), o));
        from("zeros_like", &|x, o| tensor_zeros_like(x, null(), o));
        from("ones_like", &|x, o| tensor_ones_like(x, null(), o));
        from("rand_like", &|x, o| tensor_rand_like(x, null(), o));
        from("randn_like", &|x, o| tensor_randn_like(x, null(), o));
        from("full_like", &|x, o| tensor_full_like(x, number(2.0), null(), o));
        from("to_cpu", &|x, o| tensor_to_cpu(x, o));
        from("to_device", &|x, o| tensor_to_device(x, cpu, &copy, o));
        from("to_dtype", &|x, o| tensor_to_dtype(x, TENSOR_DTYPE_F16, &copy, o));
        from("detach", &|x, o| tensor_detach(x, o));
        from("retain", &|x, o| tensor_retain(x, o));
    }
    // The callback of a borrowed buffer is called once if the tensor was made, else never.
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    static RETURNED: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn count(_: *mut std::ffi::c_void, _: *mut std::ffi::c_void) {
        RETURNED.fetch_add(1, Relaxed);
    }
    let queue = {
        let mut queue = null_mut();
        assert_eq!(unsafe { tendon_release_queue_create(&mut queue) }, TENSOR_OK);
        queue
    };
    let mut made = 0;
    for k in 1..40 {
        let release_queue = if k % 2 == 0 { queue } else { null_mut() };
        let lend = TensorHostBufferOptions { release: Some(count), release_queue, ..Options::DEFAULT };
        fault::fail_nth(Some(k / 2 + 1));
        let x = out(|o| unsafe {
            tensor_from_host_buffer(data.as_ptr().cast_mut().cast(), 48, TENSOR_DTYPE_F32, s, n, &lend, o)
        });
        fault::fail_nth(None);
        made += x.is_ok() as u32;
        drop(x);
        // What waits in a queue needs no memory any more.
        fault::fail_nth(Some(1));
        let mut due = TendonPendingRelease { release: None, data: null_mut(), user_data: null_mut() };
        assert_eq!(unsafe { tendon_release_queue_next(queue, &mut due) }, TENSOR_OK);
        fault::fail_nth(None);
        if let Some(release) = due.release {
            unsafe { release(due.data, due.user_data) };
        }
        assert_eq!(RETURNED.load(Relaxed), made);
    }
    assert!(made > 0 && made < 39);
    for k in 1..4 {
        fault::fail_nth(Some(k));
        let mut other = null_mut();
        let status = unsafe { tendon_release_queue_create(&mut other) };
        fault::fail_nth(None);
        assert_eq!(status == TENSOR_OK, !other.is_null());
        assert_eq!(unsafe { tendon_release_queue_release(other) }, TENSOR_OK);
    }
    assert_eq!(unsafe { tendon_release_queue_release(queue) }, TENSOR_OK);
    nothing_lives();
    println!("{tried} failed allocations");
}

// ---- DLPack ----

/// A producer's struct whose deleter counts its calls.
struct Producer {
    managed: DlManagedTensorVersioned,
    shape: [i64; 2],
    bytes: Vec<u8>,
    calls: u32,
}

unsafe extern "C" fn count_deleted(managed: *mut DlManagedTensorVersioned) {
    unsafe { (*(*managed).manager_ctx.cast::<Producer>()).calls += 1 };
}

/// 40 × 60 f32, from byte `at` of its memory.
fn producer(at: usize) -> Box<Producer> {
    let dl_tensor = DlTensor {
        data: null_mut(),
        device: DlDevice { kind: 1, id: 0 },
        ndim: 2,
        dtype: DlDataType { code: 2, bits: 32, lanes: 1 },
        shape: null_mut(),
        strides: null_mut(),
        byte_offset: 0,
    };
    let (version, deleter) = (DlVersion { major: 1, minor: 0 }, Some(count_deleted as _));
    let managed = DlManagedTensorVersioned { version, manager_ctx: null_mut(), deleter, flags: 0, dl_tensor };
    let mut p = Box::new(Producer { managed, shape: [40, 60], bytes: vec![0; 9616], calls: 0 });
    let aligned = p.bytes.as_mut_ptr();
    p.managed.dl_tensor.data = aligned.wrapping_add(aligned.align_offset(8) + at).cast();
    p.managed.dl_tensor.shape = p.shape.as_mut_ptr();
    p.managed.manager_ctx = (&raw mut *p).cast();
    p
}

#[test]
fn dlpack() {
    let _alone = alone();
    let always = TensorDlpackOptions { copy: TENSOR_DLPACK_COPY_ALWAYS, ..Options::DEFAULT };
    let mut tried = 0;
    for options in [Options::DEFAULT, always] {
        tried += storm(
            "export",
            || ones(&[40, 60]),
            |x| {
                let mut managed = 8 as *mut DLManagedTensorVersioned;
                let status = unsafe { tensor_to_dlpack_versioned(x.0, &options, &mut managed) };
                assert_eq!(managed.is_null(), status != TENSOR_OK);
                check(status)?;
                let managed: *mut DlManagedTensorVersioned = managed.cast();
                unsafe { (*managed).deleter.unwrap()(managed) };
                Ok(())
            },
            fingerprint,
        );
        // The second one is not aligned: copied.
        for at in [0, 1] {
            tried += storm(
                "import",
                || std::cell::RefCell::new(producer(at)),
                |p| {
                    let p = p.as_ptr();
                    let calls = unsafe { (*p).calls };
                    let managed = unsafe { &raw mut (*p).managed };
                    let x = out(|o| unsafe { tensor_from_dlpack_versioned(managed.cast(), &options, o) });
                    let copied = at == 1 || options.copy == TENSOR_DLPACK_COPY_ALWAYS;
                    assert_eq!(unsafe { (*p).calls } - calls, (x.is_ok() && copied) as u32);
                    drop(x?);
                    assert_eq!(unsafe { (*p).calls } - calls, 1);
                    Ok(())
                },
                |_| Vec::new(),
            );
        }
    }
    println!("{tried} failed allocations");
    assert!(tried >= 12, "{tried}");
}

#[test]
fn what_answers_and_prints() {
    let _alone = alone();
    let prepare = || tensor(&Array::new(&[30, 40], || 1.25), TENSOR_DTYPE_F16).unwrap();
    let text = |x: &T| {
        let mut buffer = vec![0u8; 1 << 16];
        check(unsafe { tensor_to_string(x.0, null(), buffer.as_mut_ptr().cast(), buffer.len(), null_mut()) })
    };
    let transposed = |x: &T| {
        let y = out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) })?;
        text(&y)
    };
    let mut tried = storm("to_string", prepare, text, fingerprint);
    tried += storm("to_string, transposed", prepare, transposed, fingerprint);
    let host = |x: &T| {
        let mut buffer = vec![0u8; 2400];
        let y = out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) })?;
        check(unsafe { tensor_copy_to_host(y.0, buffer.as_mut_ptr().cast(), buffer.len()) })
    };
    tried += storm("copy_to_host", prepare, host, fingerprint);
    assert!(tried > 0);
}

// ---- many at once, scopes ----

#[test]
fn what_hands_out_several() {
    let _alone = alone();
    let prepare = || {
        let x = tensor(&Array::new(&[12, 4], || 1.5), TENSOR_DTYPE_F64).unwrap();
        requires_grad(&x).unwrap();
        x
    };
    let split = |x: &T| {
        let (mut parts, mut count) = ([null_mut(); 6], 0);
        let status = unsafe { tensor_split(x.0, 2, 0, parts.as_mut_ptr(), parts.len(), &mut count) };
        assert!(status == TENSOR_OK || parts.iter().all(|p| p.is_null()), "on failure all outputs are NULL");
        check(status)?;
        Ok(parts.map(T))
    };
    let cat = |x: &T| {
        let list = [x.0.cast_const(); 40];
        let joined = out(|o| unsafe { tensor_cat(list.as_ptr(), list.len(), 0, o) })?;
        let stacked = out(|o| unsafe { tensor_stack(list.as_ptr(), list.len(), 0, o) })?;
        Ok((joined, stacked))
    };
    let scope = |x: &T| {
        let mut s = null_mut();
        check(unsafe { tensor_scope_begin(&mut s) })?;
        let kept = (|| {
            let a = out(|o| unsafe { tensor_exp(x.0, o) }).map(std::mem::ManuallyDrop::new)?;
            let b = out(|o| unsafe { tensor_add(a.0, x.0, o) }).map(std::mem::ManuallyDrop::new)?;
            check(unsafe { tensor_scope_keep(s, b.0) })?;
            Ok(b.0)
        })();
        assert_eq!(unsafe { tensor_scope_end(s) }, TENSOR_OK);
        kept.map(T)
    };
    let mode = |x: &T| {
        let mut m = null_mut();
        check(unsafe { tensor_no_grad_begin(&mut m) })?;
        let y = out(|o| unsafe { tensor_exp(x.0, o) });
        assert_eq!(unsafe { tensor_mode_end(m) }, TENSOR_OK);
        y
    };
    let mut tried = storm("split", prepare, split, fingerprint);
    tried += storm("cat and stack", prepare, cat, fingerprint);
    tried += storm("a scope", prepare, scope, fingerprint);
    tried += storm("a mode", prepare, mode, fingerprint);
    println!("{tried} failed allocations");
}

// ---- optimizers ----

struct Training {
    params: Vec<T>,
    optimizer: *mut TensorOptimizer,
}

impl Drop for Training {
    fn drop(&mut self) {
        unsafe { tensor_optimizer_release(self.optimizer) };
    }
}

impl Training {
    fn new(adamw: bool, steps: usize) -> Training {
        let mut rng = Rng(5);
        let params: Vec<T> = [&[3i64, 4][..], &[5], &[]]
            .iter()
            .map(|shape| {
                let p = tensor(&Array::new(shape, || rng.uniform(-1.0, 1.0)), TENSOR_DTYPE_F32).unwrap();
                requires_grad(&p).unwrap();
                let g = tensor(&Array::new(shape, || rng.uniform(-1.0, 1.0)), TENSOR_DTYPE_F32).unwrap();
                check(unsafe { tensor_set_grad(p.0, g.0) }).unwrap();
                p
            })
            .collect();
        let optimizer = Training::optimizer(&params, adamw).unwrap();
        let training = Training { params, optimizer };
        (0..steps).for_each(|_| training.step().unwrap());
        training
    }

    fn optimizer(params: &[T], adamw: bool) -> R<*mut TensorOptimizer> {
        let handles: Vec<*mut Tensor> = params.iter().map(|p| p.0).collect();
        let mut made = null_mut();
        let status = if adamw {
            let options = TensorAdamWOptions { amsgrad: 1, ..Options::DEFAULT };
            unsafe { tensor_adamw_create(handles.as_ptr(), handles.len(), &options, &mut made) }
        } else {
            let options = TensorSgdOptions { momentum: 0.9, ..Options::DEFAULT };
            unsafe { tensor_sgd_create(handles.as_ptr(), handles.len(), &options, &mut made) }
        };
        assert_eq!(status == TENSOR_OK, !made.is_null());
        check(status).map(|()| made)
    }

    fn step(&self) -> R<()> {
        check(unsafe { tensor_optimizer_step(self.optimizer) })
    }

    fn saved(&self) -> Vec<u8> {
        let mut n = 0;
        check(unsafe { tensor_optimizer_state_size(self.optimizer, &mut n) }).unwrap();
        let mut bytes = vec![0u8; n];
        check(unsafe { tensor_optimizer_state_save(self.optimizer, bytes.as_mut_ptr().cast(), n, &mut n) }).unwrap();
        bytes
    }

    fn state(&self) -> Vec<u8> {
        [fingerprints(&self.params), grads(&self.params), self.saved()].concat()
    }
}

#[test]
fn optimizers() {
    let _alone = alone();
    let mut tried = 0;
    for adamw in [false, true] {
        let create = |params: &Vec<T>| {
            Training::optimizer(params, adamw).map(|optimizer| Training { params: Vec::new(), optimizer })
        };
        let params = || {
            let p = tensor(&Array::new(&[3], || 1.0), TENSOR_DTYPE_F32).unwrap();
            requires_grad(&p).unwrap();
            vec![p]
        };
        tried += storm("create", params, create, |p| fingerprints(p));
        for steps in [0, 2] {
            tried += storm("step", || Training::new(adamw, steps), Training::step, Training::state);
            let saved = Training::new(adamw, 1).saved();
            let load = |t: &Training| {
                check(unsafe { tensor_optimizer_state_load(t.optimizer, saved.as_ptr().cast(), saved.len()) })
            };
            tried += storm("state_load", || Training::new(adamw, steps), load, Training::state);
        }
    }
    println!("{tried} failed allocations");
}

#[test]
fn a_step_that_one_parameter_refuses_changes_none() {
    let _alone = alone();
    let base = tensor(&Array::new(&[5], || 1.0), TENSOR_DTYPE_F32).unwrap();
    let part = |start| out(|o| unsafe { tensor_narrow(base.0, 0, start, 4, o) }).unwrap();
    // The gradient of the second lies over its own memory, one element further.
    let (first, second, over) = (tensor(&Array::new(&[4], || 1.0), TENSOR_DTYPE_F32).unwrap(), part(0), part(1));
    for (p, g) in [(&first, &part(1)), (&second, &over)] {
        requires_grad(p).unwrap();
        check(unsafe { tensor_set_grad(p.0, g.0) }).unwrap();
    }
    let params = vec![first, second];
    let optimizer = Training::optimizer(&params, true).unwrap();
    let training = Training { params, optimizer };
    let before = training.state();
    assert_eq!(training.step().unwrap_err().status, TENSOR_ERR_OVERLAP);
    assert_eq!(training.state(), before);

    let other = Training::new(true, 1);
    let before = other.state();
    let mut token = null_mut();
    check(unsafe { tendon_cancel_token_create(&mut token) }).unwrap();
    check(unsafe { tendon_cancel_token_cancel(token) }).unwrap();
    check(unsafe { tendon_set_cancel_token(token) }).unwrap();
    let step = other.step();
    check(unsafe { tendon_set_cancel_token(null()) }).unwrap();
    unsafe { tendon_cancel_token_release(token) };
    assert_eq!(step.unwrap_err().status, TENSOR_ERR_CANCELLED);
    assert_eq!(other.state(), before);
    drop((training, other, base, over));
    nothing_lives();
}

// ---- a full address space ----

const CHILD: &str = "TENDON_TEST_ADDRESS_LIMIT";

/// Bytes of address space that this process has mapped.
fn mapped() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').next().unwrap().parse::<u64>().unwrap() * unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64
}

/// Runs in a process of its own: the limit cannot be raised again, and an abort shall be seen.
#[test]
fn in_a_full_address_space_calls_fail_and_the_process_lives() {
    let _alone = alone();
    if std::env::var_os(CHILD).is_some() {
        return in_a_full_address_space();
    }
    if device() != CPU {
        // A driver wants more address space than the limit leaves.
        return;
    }
    let done = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "in_a_full_address_space_calls_fail_and_the_process_lives",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", done.status);
    assert!(said.contains("calls failed"), "{said}");
}

fn in_a_full_address_space() {
    const MIB: i64 = 1 << 20;
    let large = |shape: &[i64]| {
        let x = out(|o| unsafe { tensor_rand(shape.as_ptr(), shape.len(), null(), o) }).unwrap();
        requires_grad(&x).unwrap();
        x
    };
    // 4 MiB each.
    let (a, b, wide) = (large(&[1024, 1024]), large(&[1024, 1024]), large(&[1, 1 << 20]));
    let table: Vec<(Row, Vec<T>)> = rows().into_iter().map(|row| (inputs(&row), row)).map(|(x, r)| (r, x)).collect();
    type Call<'a> = (&'a str, Box<dyn Fn() -> R<T> + 'a>);
    let unary = |name, call: unsafe extern "C" fn(*const Tensor, *mut *mut Tensor) -> TensorStatus| -> Call {
        (name, Box::new(move || out(|o| unsafe { call(a.0, o) })))
    };
    let index: Array = Array { shape: vec![4096], data: (0..4096).map(|i| (i * 7 % 1024) as f64).collect() };
    let index = tensor(&index, TENSOR_DTYPE_I64).unwrap();
    let many = [a.0.cast_const(); 3];
    // Lists as long as the caller likes.
    let tiny = tensor(&Array::new(&[1], || 1.0), TENSOR_DTYPE_F32).unwrap();
    requires_grad(&tiny).unwrap();
    const MANY: usize = 1 << 18;
    let million = vec![tiny.0.cast_const(); MANY];
    let room = std::cell::RefCell::new(vec![null_mut(); MANY]);
    let text = std::cell::RefCell::new(vec![0u8; 16 << 20]);
    let retained = |x: &T| out(|o| unsafe { tensor_retain(x.0, o) });
    let chunks = || {
        let (mut made, mut count) = (room.borrow_mut(), 0);
        let status = unsafe { tensor_chunk(wide.0, MANY as i64, 1, made.as_mut_ptr(), MANY, &mut count) };
        assert!(status == TENSOR_OK || made.iter().all(|x| x.is_null()), "on failure all outputs are NULL");
        made.iter_mut().for_each(|x| drop(T(std::mem::replace(x, null_mut()))));
        check(status)?;
        retained(&tiny)
    };
    let gradients = || {
        let y = out(|o| unsafe { tensor_mul(tiny.0, tiny.0, o) })?;
        let mut made = room.borrow_mut();
        let status = unsafe { tensor_grad_of(y.0, million.as_ptr(), MANY, null(), made.as_mut_ptr()) };
        assert!(status == TENSOR_OK || made.iter().all(|x| x.is_null()), "on failure all outputs are NULL");
        made.iter_mut().for_each(|x| drop(T(std::mem::replace(x, null_mut()))));
        check(status)?;
        retained(&tiny)
    };
    let print = || {
        let all = TensorPrintOptions { threshold: i64::MAX, ..Options::DEFAULT };
        let mut text = text.borrow_mut();
        check(unsafe { tensor_to_string(a.0, &all, text.as_mut_ptr().cast(), text.len(), null_mut()) })?;
        retained(&tiny)
    };
    let calls: Vec<Call> = vec![
        unary("exp", tensor_exp),
        unary("tanh", tensor_tanh),
        unary("clone", tensor_clone),
        ("add", Box::new(|| out(|o| unsafe { tensor_add(a.0, b.0, o) }))),
        ("matmul", Box::new(|| out(|o| unsafe { tensor_matmul(a.0, b.0, o) }))),
        ("softmax", Box::new(|| out(|o| unsafe { tensor_softmax(a.0, 0, null(), o) }))),
        ("softmax of a long row", Box::new(|| out(|o| unsafe { tensor_softmax(wide.0, 1, null(), o) }))),
        ("sum", Box::new(|| out(|o| unsafe { tensor_sum(a.0, [0].as_ptr(), 1, null(), o) }))),
        ("var", Box::new(|| out(|o| unsafe { tensor_var(a.0, [0].as_ptr(), 1, null(), o) }))),
        ("max", Box::new(|| out(|o| unsafe { tensor_max(a.0, [1].as_ptr(), 1, null(), o) }))),
        ("argmax", Box::new(|| out(|o| unsafe { tensor_argmax(a.0, null(), null(), o) }))),
        ("cat", Box::new(|| out(|o| unsafe { tensor_cat(many.as_ptr(), many.len(), 0, o) }))),
        ("cat of many", Box::new(|| out(|o| unsafe { tensor_cat(million.as_ptr(), MANY, 0, o) }))),
        ("stack of many", Box::new(|| out(|o| unsafe { tensor_stack(million.as_ptr(), MANY, 0, o) }))),
        ("chunk into many", Box::new(chunks)),
        ("grad_of many", Box::new(gradients)),
        ("to_string", Box::new(print)),
        ("index_select", Box::new(|| out(|o| unsafe { tensor_index_select(a.0, 0, index.0, o) }))),
        ("one_hot", Box::new(|| out(|o| unsafe { tensor_one_hot(index.0, 1024, o) }))),
        ("randperm", Box::new(|| out(|o| unsafe { tensor_randperm(1 << 20, null(), o) }))),
        ("dropout", Box::new(|| out(|o| unsafe { tensor_dropout(a.0, 0.5, null(), o) }))),
        ("to_dtype", Box::new(|| out(|o| unsafe { tensor_to_dtype(a.0, TENSOR_DTYPE_F64, null(), o) }))),
    ];
    unsafe { tendon_release_cached_memory() };
    let limit = mapped() + 32 * MIB as u64;
    let rlimit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &rlimit) }, 0);

    let (mut passed, mut failed) = (0, 0);
    let mut count = |name: &str, result: Result<(), Failure>| match result {
        Ok(()) => passed += 1,
        Err(e) if e.status == TENSOR_ERR_OUT_OF_MEMORY => failed += 1,
        Err(e) => panic!("{name}: {e:?}"),
    };
    let sizes: &[i64] = if full() { &[0, 4, 8, 12, 16, 18, 20, 22, 24, 25, 26, 27, 28] } else { &[0, 16, 24, 28] };
    for size in sizes {
        // What takes the rest away.
        let elements = [size * MIB / 4];
        let hog = out(|o| unsafe { tensor_zeros(elements.as_ptr(), 1, null(), o) });
        for (name, call) in &calls {
            let result = call().and_then(|y| {
                if unsafe { tensor_requires_grad(y.0) } == 1 {
                    let loss = loss(&y)?;
                    check(unsafe { tensor_backward(loss.0, null()) })?;
                }
                Ok(())
            });
            count(name, result);
            for x in [&a, &b, &wide, &tiny] {
                check(unsafe { tensor_set_grad(x.0, null()) }).unwrap();
            }
        }
        for (row, x) in &table {
            count(&row.name, (row.run)(x).map(drop));
        }
        drop(hog);
        unsafe { tendon_release_cached_memory() };
    }
    // With the rest free again, all is well.
    let y = out(|o| unsafe { tensor_add(a.0, b.0, o) }).unwrap();
    drop(y);
    println!("{passed} calls passed, {failed} calls failed");
    assert!(failed > 0 && passed > failed);
}
