//! cuBLASLt, where it is there: plans of matrix products, made once and kept.

use super::device::MAX_DEVICES;
use super::library::{c_name, symbols};
use super::{Queue, driver, libraries};
use crate::dtype::DType;
use crate::error::{Result, status};
use cudarc::cublaslt::sys::{
    cublasComputeType_t as Compute, cublasLtEpilogue_t as LtEpilogue, cublasLtHandle_t as Handle,
    cublasLtMatmulAlgo_t as Algorithm, cublasLtMatmulDesc_t as Operation,
    cublasLtMatmulDescAttributes_t as OperationAttribute, cublasLtMatmulPreference_t as Preference,
    cublasLtMatmulPreferenceAttributes_t as PreferenceAttribute, cublasLtMatrixLayout_t as Matrix,
    cublasLtMatrixLayoutAttribute_t as MatrixAttribute, cudaDataType_t as DataType,
};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, OnceLock};

symbols! {
    /// What planning and running a product takes. All of CUDA 11 and later.
    Lt {
        cublasLtCreate(*mut Handle);
        cublasLtMatmul(
            Handle, Operation, *const c_void, *const c_void, Matrix, *const c_void, Matrix, *const c_void, *const c_void,
            Matrix, *mut c_void, Matrix, *const Algorithm, *mut c_void, usize, *mut c_void,
        );
        cublasLtMatmulAlgoGetHeuristic(
            Handle, Operation, Matrix, Matrix, Matrix, Matrix, Preference, c_int, *mut Found, *mut c_int,
        );
        cublasLtMatmulDescCreate(*mut Operation, c_int, c_int);
        cublasLtMatmulDescSetAttribute(Operation, c_int, *const c_void, usize);
        cublasLtMatmulDescDestroy(Operation);
        cublasLtMatrixLayoutCreate(*mut Matrix, c_int, u64, u64, i64);
        cublasLtMatrixLayoutSetAttribute(Matrix, c_int, *const c_void, usize);
        cublasLtMatrixLayoutDestroy(Matrix);
        cublasLtMatmulPreferenceCreate(*mut Preference);
        cublasLtMatmulPreferenceSetAttribute(Preference, c_int, *const c_void, usize);
        cublasLtMatmulPreferenceDestroy(Preference);
    } optional {
    }
}

/// `cublasLtMatmulHeuristicResult_t`, with its status as a plain integer.
#[repr(C)]
pub struct Found {
    algorithm: Algorithm,
    workspace: usize,
    state: c_int,
    waves: f32,
    reserved: [c_int; 4],
}

/// The library, or why there is none.
pub fn library() -> std::result::Result<&'static Lt, &'static str> {
    static LIBRARY: OnceLock<std::result::Result<Lt, String>> = OnceLock::new();
    LIBRARY.get_or_init(load).as_ref().map_err(String::as_str)
}

fn load() -> std::result::Result<Lt, String> {
    let driver = driver::loaded().ok_or("the driver is not loaded")?;
    let mut version = 0;
    // SAFETY: the driver's function with its documented arguments.
    unsafe { (driver.cuDriverGetVersion)(&mut version) };
    // Each library runs with a driver of its own generation or a later one.
    let sonames = ["libcublasLt.so.13", "libcublasLt.so.12"];
    let fitting = if version >= 13_000 { &sonames[..] } else { &sonames[1..] };
    Lt::load(&libraries::candidates(fitting, "cublas")?)
}

/// What is done with the product besides writing it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Epilogue {
    Nothing,
    /// Row i of D gets element i of the bias.
    Bias,
    /// It is added to what D holds.
    Add,
}

/// D = op(A)·op(B), for each of a batch, in the library's words: columns are contiguous, D is m × n. Strides in
/// elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Product {
    pub dtype: DType,
    pub tf32: bool,
    pub epilogue: Epilogue,
    pub m: i64,
    pub n: i64,
    pub k: i64,
    pub transposed: [bool; 2],
    /// From column to column of A, B, D as they lie.
    pub columns: [i64; 3],
    pub batch: i32,
    /// From matrix to matrix.
    pub batch_strides: [i64; 3],
    /// What the addresses of A, B, D and the bias are multiples of, in bytes.
    pub alignment: [u32; 4],
}

/// Where the operands of one call lie.
#[derive(Clone, Copy)]
pub struct Addresses {
    pub a: *const u8,
    pub b: *const u8,
    pub d: *mut u8,
    pub bias: *const u8,
}

/// The largest power of two up to 256 that divides an address.
pub fn alignment(address: *const u8) -> u32 {
    1 << (address as usize | 256).trailing_zeros()
}

/// Runs the product on the queue's stream. False when the library is not there or does not take it; an error only when
/// there is no memory.
pub fn run(queue: &Queue, product: &Product, at: Addresses) -> Result<bool> {
    let Ok(lt) = library() else { return Ok(false) };
    let Some(slot) = STATES.get(queue.ordinal() as usize) else { return Ok(false) };
    // Held to the end of the call, because a plan's descriptor holds the address of the bias.
    let mut state: MutexGuard<State> = slot.lock().unwrap_or_else(|e| e.into_inner());
    let _beside = queue.device().driver.beside_captures();
    let Some(handle) = state.handle(queue, lt)? else { return Ok(false) };
    if !state.plans.contains_key(product) {
        let plan = match with_room(|| Plan::new(lt, handle, queue, product)) {
            Ok(plan) => Some(plan),
            Err(status) if code::PASSES.contains(&status) => return passed(queue, status),
            Err(_) => None,
        };
        if state.plans.len() >= MOST_PLANS {
            state.plans.clear();
        }
        state.plans.insert(*product, plan);
    }
    let Some(Some(plan)) = state.plans.get_mut(product) else { return Ok(false) };
    // From the best algorithm on. One that this product turns out not to be for is not tried again.
    for i in (0..plan.candidates.len()).rev() {
        let candidate = plan.candidates[i];
        let workspace = match candidate.workspace {
            0 => None,
            // Given back at once: whoever gets it next comes later in the stream.
            nbytes => match queue.workspace(nbytes) {
                Ok(block) => Some(block),
                // Another may do with less.
                Err(error)
                    if error.status() == status::OUT_OF_MEMORY
                        && plan.candidates[..i].iter().any(|other| other.workspace < nbytes) =>
                {
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        let memory = workspace.as_ref().map_or(null_mut(), |block| block.address());
        match with_room(|| answer(plan.run(lt, handle, queue, product, at, &candidate, memory), ())) {
            Ok(()) => return Ok(true),
            Err(status) if code::PASSES.contains(&status) && plan.failures < MOST_FAILURES => {
                plan.failures += 1;
                return passed(queue, status);
            }
            Err(_) => _ = plan.candidates.remove(i),
        }
    }
    Ok(false)
}

mod code {
    pub const NOT_INITIALIZED: i32 = 1;
    pub const ALLOC_FAILED: i32 = 3;
    pub const EXECUTION_FAILED: i32 = 13;
    pub const INTERNAL_ERROR: i32 = 14;
    pub const NOT_SUPPORTED: i32 = 15;
    /// What may be otherwise at the next call. The library also says these when the driver has no room for its kernels.
    pub const PASSES: &[i32] = &[NOT_INITIALIZED, ALLOC_FAILED, EXECUTION_FAILED, INTERNAL_ERROR];
}

/// Calls `f`, and once more with what the caches held given back if it fails in a way that may come from want of memory.
fn with_room<T>(mut f: impl FnMut() -> Answer<T>) -> Answer<T> {
    match f() {
        Err(status) if code::PASSES.contains(&status) && super::release_cached() > 0 => f(),
        result => result,
    }
}

/// What a failure of [`code::PASSES`] means for one call: own kernels do it, unless there is no memory.
fn passed(queue: &Queue, said: c_int) -> Result<bool> {
    if said != code::ALLOC_FAILED {
        return Ok(false);
    }
    Err(queue.device().no_room("what cuBLASLt needs for a matrix product"))
}

/// How often something may fail in a way that passes before it counts as what it does always.
const MOST_FAILURES: u32 = 3;

/// Plans of a device; when there are more, all are made anew.
const MOST_PLANS: usize = 1024;

/// What is kept of a device.
struct State {
    handle: Option<Option<Ready>>,
    /// To make one.
    failures: u32,
    /// None: the library does not take it.
    plans: HashMap<Product, Option<Plan>, BuildHasherDefault<Mixed>>,
}

#[derive(Clone, Copy)]
struct Ready(Handle);
// SAFETY: a handle of the library, used under a lock only.
unsafe impl Send for Ready {}

static STATES: [Mutex<State>; MAX_DEVICES] =
    [const { Mutex::new(State { handle: None, failures: 0, plans: HashMap::with_hasher(BuildHasherDefault::new()) }) };
        MAX_DEVICES];

impl State {
    /// The library's handle for the device whose context is current.
    fn handle(&mut self, queue: &Queue, lt: &Lt) -> Result<Option<Handle>> {
        if let Some(known) = self.handle {
            return Ok(known.map(|ready| ready.0));
        }
        let create = || {
            let mut handle = null_mut();
            // SAFETY: the library's function with its documented arguments.
            answer(unsafe { (lt.cublasLtCreate)(&mut handle) }, ()).map(|()| handle)
        };
        let ready = match with_room(create) {
            Ok(handle) => Some(Ready(handle)),
            Err(status) if code::PASSES.contains(&status) && self.failures < MOST_FAILURES => {
                self.failures += 1;
                return passed(queue, status).map(|_| None);
            }
            Err(_) => None,
        };
        self.handle = Some(ready);
        Ok(ready.map(|ready| ready.0))
    }
}

/// Hashes a few words quickly: each is mixed in by a multiplication.
#[derive(Default)]
struct Mixed(u64);

impl Mixed {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.mix(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, x: u8) {
        self.mix(x as u64);
    }
    fn write_u32(&mut self, x: u32) {
        self.mix(x as u64);
    }
    fn write_i32(&mut self, x: i32) {
        self.mix(x as u64);
    }
    fn write_u64(&mut self, x: u64) {
        self.mix(x);
    }
    fn write_i64(&mut self, x: i64) {
        self.mix(x as u64);
    }
    fn write_usize(&mut self, x: usize) {
        self.mix(x as u64);
    }
    fn write_isize(&mut self, x: isize) {
        self.mix(x as u64);
    }
}

/// A descriptor of the library, destroyed with its owner.
struct Owned<T: Copy>(T, unsafe extern "C" fn(T) -> c_int);

impl<T: Copy> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: made by the library, used by nobody any more.
        unsafe { (self.1)(self.0) };
    }
}

/// `CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE`.
const REDUCTION_COMPUTE_TYPE: u32 = 2;

/// A product ready to be run.
struct Plan {
    operation: Owned<Operation>,
    a: Owned<Matrix>,
    b: Owned<Matrix>,
    d: Owned<Matrix>,
    /// The best last.
    candidates: Vec<Candidate>,
    failures: u32,
}

/// A way to compute a product.
#[derive(Clone, Copy)]
struct Candidate {
    algorithm: Algorithm,
    /// Bytes that it needs.
    workspace: usize,
}

/// How many candidates are asked for.
const CANDIDATES: usize = 4;

// SAFETY: descriptors in the library's own memory, used under a lock only.
unsafe impl Send for Plan {}

/// What a function of the library gives, or its status.
type Answer<T> = std::result::Result<T, c_int>;

fn answer<T>(status: c_int, value: T) -> Answer<T> {
    if status == 0 { Ok(value) } else { Err(status) }
}

fn data_type(dtype: DType) -> c_int {
    (match dtype {
        DType::F16 => DataType::CUDA_R_16F,
        DType::BF16 => DataType::CUDA_R_16BF,
        DType::F32 => DataType::CUDA_R_32F,
        _ => DataType::CUDA_R_64F,
    }) as c_int
}

/// The functions that make and fill descriptors. An attribute's value has the type that the library documents.
impl Lt {
    fn operation(&self, compute: Compute, scale: DataType) -> Answer<Owned<Operation>> {
        let mut raw = null_mut();
        // SAFETY: the library's function with its documented arguments.
        let status = unsafe { (self.cublasLtMatmulDescCreate)(&mut raw, compute as c_int, scale as c_int) };
        answer(status, ()).map(|()| Owned(raw, self.cublasLtMatmulDescDestroy))
    }

    fn set_operation<T>(&self, of: Operation, attribute: OperationAttribute, value: &T) -> Answer<()> {
        let (value, size) = ((&raw const *value).cast(), size_of::<T>());
        // SAFETY: as above.
        answer(unsafe { (self.cublasLtMatmulDescSetAttribute)(of, attribute as c_int, value, size) }, ())
    }

    fn matrix(&self, dtype: DType, rows: i64, columns: i64, step: i64) -> Answer<Owned<Matrix>> {
        let (mut raw, dtype) = (null_mut(), data_type(dtype));
        // SAFETY: as above.
        let status = unsafe { (self.cublasLtMatrixLayoutCreate)(&mut raw, dtype, rows as u64, columns as u64, step) };
        answer(status, ()).map(|()| Owned(raw, self.cublasLtMatrixLayoutDestroy))
    }

    fn set_matrix<T>(&self, of: Matrix, attribute: MatrixAttribute, value: &T) -> Answer<()> {
        let (value, size) = ((&raw const *value).cast(), size_of::<T>());
        // SAFETY: as above.
        answer(unsafe { (self.cublasLtMatrixLayoutSetAttribute)(of, attribute as c_int, value, size) }, ())
    }

    fn preference(&self) -> Answer<Owned<Preference>> {
        let mut raw = null_mut();
        // SAFETY: as above.
        let status = unsafe { (self.cublasLtMatmulPreferenceCreate)(&mut raw) };
        answer(status, ()).map(|()| Owned(raw, self.cublasLtMatmulPreferenceDestroy))
    }

    fn set_preference<T>(&self, of: Preference, attribute: PreferenceAttribute, value: &T) -> Answer<()> {
        let (value, size) = ((&raw const *value).cast(), size_of::<T>());
        // SAFETY: as above.
        answer(unsafe { (self.cublasLtMatmulPreferenceSetAttribute)(of, attribute as c_int, value, size) }, ())
    }
}

impl Plan {
    fn new(lt: &Lt, handle: Handle, queue: &Queue, p: &Product) -> Answer<Plan> {
        let (compute, scale) = match p.dtype {
            DType::F64 => (Compute::CUBLAS_COMPUTE_64F, DataType::CUDA_R_64F),
            DType::F32 if p.tf32 => (Compute::CUBLAS_COMPUTE_32F_FAST_TF32, DataType::CUDA_R_32F),
            _ => (Compute::CUBLAS_COMPUTE_32F, DataType::CUDA_R_32F),
        };
        let operation = lt.operation(compute, scale)?;
        use OperationAttribute::*;
        // CUBLAS_OP_N is 0, CUBLAS_OP_T is 1.
        lt.set_operation(operation.0, CUBLASLT_MATMUL_DESC_TRANSA, &(p.transposed[0] as i32))?;
        lt.set_operation(operation.0, CUBLASLT_MATMUL_DESC_TRANSB, &(p.transposed[1] as i32))?;
        if p.epilogue == Epilogue::Bias {
            let bias = LtEpilogue::CUBLASLT_EPILOGUE_BIAS as i32;
            lt.set_operation(operation.0, CUBLASLT_MATMUL_DESC_EPILOGUE, &bias)?;
            // Not read before a product is run, but the choice depends on what it is a multiple of.
            let place = p.alignment[3] as usize as *const u8;
            lt.set_operation(operation.0, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &place)?;
        }

        let matrix = |which: usize, rows: i64, columns: i64| -> Answer<Owned<Matrix>> {
            let turned = which < 2 && p.transposed[which];
            let (rows, columns) = if turned { (columns, rows) } else { (rows, columns) };
            let made = lt.matrix(p.dtype, rows, columns, p.columns[which])?;
            if p.batch > 1 {
                use MatrixAttribute::*;
                lt.set_matrix(made.0, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &p.batch)?;
                lt.set_matrix(made.0, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &p.batch_strides[which])?;
            }
            Ok(made)
        };
        let (a, b, d) = (matrix(0, p.m, p.k)?, matrix(1, p.k, p.n)?, matrix(2, p.m, p.n)?);

        let preference = lt.preference()?;
        // As much as PyTorch's cuBLAS has.
        let most: u64 = if queue.device().properties().capability >= (9, 0) { 32 << 20 } else { 8320 << 10 };
        let [of_a, of_b, of_d, _] = &p.alignment;
        use PreferenceAttribute::*;
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most)?;
        // Parts of k are added in the type of the computation and in a fixed order: neither in the output's type, where
        // small floats would be rounded (and f16 overflow) on the way, nor in place.
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &REDUCTION_COMPUTE_TYPE)?;
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, of_a)?;
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, of_b)?;
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, of_d)?;
        lt.set_preference(preference.0, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, of_d)?;

        let nothing = || Found {
            algorithm: Algorithm { data: [0; 8] },
            workspace: 0,
            state: code::NOT_SUPPORTED,
            waves: 0.0,
            reserved: [0; 4],
        };
        let mut found: [Found; CANDIDATES] = std::array::from_fn(|_| nothing());
        let (room, mut count) = (CANDIDATES as c_int, 0);
        let best = lt.cublasLtMatmulAlgoGetHeuristic;
        // SAFETY: the library's function with its documented arguments: room for as many answers as it is told.
        let status = unsafe {
            best(handle, operation.0, a.0, b.0, d.0, d.0, preference.0, room, found.as_mut_ptr(), &mut count)
        };
        answer(status, ())?;
        let usable = found.into_iter().take(count.max(0) as usize).rev().filter(|f| f.state == 0);
        let candidates: Vec<_> =
            usable.map(|Found { algorithm, workspace, .. }| Candidate { algorithm, workspace }).collect();
        answer(if candidates.is_empty() { code::NOT_SUPPORTED } else { 0 }, ())?;
        Ok(Plan { operation, a, b, d, candidates, failures: 0 })
    }

    /// The library's status.
    #[allow(clippy::too_many_arguments, reason = "a product, where it lies, and how it is computed")]
    fn run(
        &self,
        lt: &Lt,
        handle: Handle,
        queue: &Queue,
        p: &Product,
        at: Addresses,
        how: &Candidate,
        workspace: *mut u8,
    ) -> c_int {
        // Factors are in the type of the scale.
        let (one, zero) = ((1f32, 1f64), (0f32, 0f64));
        let factor = |(single, double): &(f32, f64)| -> *const c_void {
            if p.dtype == DType::F64 { (&raw const *double).cast() } else { (&raw const *single).cast() }
        };
        if p.epilogue == Epilogue::Bias {
            let attribute = OperationAttribute::CUBLASLT_MATMUL_DESC_BIAS_POINTER;
            if let Err(status) = lt.set_operation(self.operation.0, attribute, &at.bias) {
                return status;
            }
        }
        let beta = if p.epilogue == Epilogue::Add { &one } else { &zero };
        // SAFETY: the library's function with its documented arguments; the addresses are those of matrices as the plan
        // has them.
        unsafe {
            (lt.cublasLtMatmul)(
                handle,
                self.operation.0,
                factor(&one),
                at.a.cast(),
                self.a.0,
                at.b.cast(),
                self.b.0,
                factor(beta),
                at.d.cast(),
                self.d.0,
                at.d.cast(),
                self.d.0,
                &how.algorithm,
                workspace.cast(),
                how.workspace,
                queue.stream().raw().cast(),
            )
        }
    }
}
