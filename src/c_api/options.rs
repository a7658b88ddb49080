//! Option structs: the first field says how many bytes the caller knows; NULL means the defaults. Each struct has an
//! _INIT macro at the end of the header.

use super::border;
use super::types::{CBool, TendonReleaseQueue, Tensor, TensorDType, TensorDevice, TensorReleaseFn};
use crate::error::Result;
use crate::fail;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// For tensor_from_host_buffer. Start from TENSOR_HOST_BUFFER_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorHostBufferOptions {
    /// sizeof(TensorHostBufferOptions)
    pub struct_size: u32,
    /// Writes to the tensor are errors.
    pub read_only: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
    /// One per dimension, in elements; NULL = C order; may be negative or zero.
    pub strides: *const i64,
    /// In elements, from data to element [0, 0, ...]: where negative strides start.
    pub offset: i64,
    /// NULL = the caller keeps the memory valid for as long as any tensor uses it.
    pub release: TensorReleaseFn,
    /// Handed to release.
    pub user_data: *mut c_void,
    /// Where the call of release waits for you when it is due; see tendon_release_queue_create. NULL = release is called
    /// at once, on the thread that ended the last use.
    pub release_queue: *const TendonReleaseQueue,
}

/// For tensor_to_dlpack, tensor_from_dlpack and their versioned forms. Start from TENSOR_DLPACK_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorDlpackOptions {
    /// sizeof(TensorDlpackOptions)
    pub struct_size: u32,
    /// One of TENSOR_DLPACK_COPY_...
    pub copy: i32,
    /// Where the memory is to be; {0, 0} = where it is. Another device needs a copy.
    pub device: TensorDevice,
    /// CUDA only: the stream of the other side, as DLPack numbers them: 1 = the legacy default stream, 2 = the default
    /// stream of each thread, a larger number = that cudaStream_t, -1 = nothing is waited for; 0 is an error. Exporting:
    /// the consumer's stream, which then waits for the current one. Importing: the producer's stream, for which the
    /// current one then waits. Default 1.
    pub stream: i64,
    /// Exporting with a version: the newest that the consumer understands; {0, 0} = any.
    pub max_version_major: u32,
    pub max_version_minor: u32,
    /// CUDA, exporting: the stream lives until the deleter is called, which then may be while that stream (for 2: that
    /// of the deleter's thread) still works on the memory. For stream 1 this is so in any case.
    pub stream_stays_valid: CBool,
    /// Must be 0.
    pub reserved: [u8; 7],
    /// Importing: where the call of the deleter waits for you when it is due; see tendon_release_queue_create. NULL = it is
    /// called at once, on the thread that ended the last use.
    pub release_queue: *const TendonReleaseQueue,
}

/// For functions that make tensors. Start from TENSOR_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorOptions {
    /// sizeof(TensorOptions)
    pub struct_size: u32,
    /// TENSOR_DTYPE_INVALID (0) = the default that the function names.
    pub dtype: TensorDType,
    /// {0, 0} = the default: the CPU, or the device of the tensor that the new one is to be like.
    pub device: TensorDevice,
    /// Ops on the new tensor are recorded for backward.
    pub requires_grad: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
}

/// For reductions. Start from TENSOR_REDUCE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorReduceOptions {
    /// sizeof(TensorReduceOptions)
    pub struct_size: u32,
    /// The input is converted to this dtype first; TENSOR_DTYPE_INVALID (0) = by the rule of the function.
    pub dtype: TensorDType,
    /// The reduced dimensions stay, with size 1.
    pub keepdim: CBool,
    /// Must be 0.
    pub reserved: [u8; 7],
}

/// For tensor_var. Start from TENSOR_VAR_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorVarOptions {
    /// sizeof(TensorVarOptions)
    pub struct_size: u32,
    /// The reduced dimensions stay, with size 1.
    pub keepdim: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
    /// The divisor is n - correction. Default 1.
    pub correction: f64,
}

/// For tensor_backward. Start from TENSOR_BACKWARD_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorBackwardOptions {
    /// sizeof(TensorBackwardOptions)
    pub struct_size: u32,
    /// Keeps what the graph saved, for another backward.
    pub retain_graph: CBool,
    /// Records the gradients' own graph, for gradients of gradients; implies retain_graph.
    pub create_graph: CBool,
    /// Must be 0.
    pub reserved: [u8; 2],
    /// The gradient of the loss, in its shape; NULL = 1, and the loss must have one element. Not kept.
    pub gradient: *const Tensor,
}

/// For tensor_grad_of. Start from TENSOR_GRAD_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorGradOptions {
    /// sizeof(TensorGradOptions)
    pub struct_size: u32,
    /// Keeps what the graph saved, for another backward.
    pub retain_graph: CBool,
    /// Records the gradients' own graph, for gradients of gradients; implies retain_graph.
    pub create_graph: CBool,
    /// An input that the output does not depend on gives NULL instead of an error.
    pub allow_unused: CBool,
    /// Must be 0.
    pub reserved: [u8; 1],
    /// The gradient of the output, in its shape; NULL = 1, and the output must have one element. Not kept.
    pub gradient: *const Tensor,
}

/// For tensor_gelu. Start from TENSOR_GELU_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorGeluOptions {
    /// sizeof(TensorGeluOptions)
    pub struct_size: u32,
    /// The tanh formula instead of the exact one with erf.
    pub tanh_approximation: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
}

/// For tensor_div. Start from TENSOR_DIV_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorDivOptions {
    /// sizeof(TensorDivOptions)
    pub struct_size: u32,
    /// One of TENSOR_ROUNDING_...
    pub rounding: i32,
}

/// For tensor_softmax and tensor_log_softmax. Start from TENSOR_SOFTMAX_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorSoftmaxOptions {
    /// sizeof(TensorSoftmaxOptions)
    pub struct_size: u32,
    /// The input is converted to this dtype first; TENSOR_DTYPE_INVALID (0) = not.
    pub dtype: TensorDType,
}

/// For tensor_cross_entropy. Start from TENSOR_CROSS_ENTROPY_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorCrossEntropyOptions {
    /// sizeof(TensorCrossEntropyOptions)
    pub struct_size: u32,
    /// One of TENSOR_REDUCTION_...
    pub reduction: i32,
    /// Targets of this value do not count. Default -100.
    pub ignore_index: i64,
    /// From 0 to 1: how much of the target is spread evenly over all classes. Default 0.
    pub label_smoothing: f64,
    /// One weight per class, [C]; NULL = all 1. Not kept.
    pub weight: *const Tensor,
}

/// For tensor_mse_loss. Start from TENSOR_LOSS_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorLossOptions {
    /// sizeof(TensorLossOptions)
    pub struct_size: u32,
    /// One of TENSOR_REDUCTION_...
    pub reduction: i32,
}

/// For tensor_dropout. Start from TENSOR_DROPOUT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorDropoutOptions {
    /// sizeof(TensorDropoutOptions)
    pub struct_size: u32,
    /// Nothing is dropped.
    pub inference: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
}

/// For tensor_to_device and tensor_to_dtype. Start from TENSOR_CONVERT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorConvertOptions {
    /// sizeof(TensorConvertOptions)
    pub struct_size: u32,
    /// Copies also when the tensor is already as asked for.
    pub copy: CBool,
    /// From pinned host memory to a CUDA device: returns while the copy is still under way. The memory must not be
    /// changed before that work is waited for; it is kept alive, and not released, until then.
    pub non_blocking: CBool,
    /// Must be 0.
    pub reserved: [u8; 2],
}

/// For tensor_to_string. Start from TENSOR_PRINT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorPrintOptions {
    /// sizeof(TensorPrintOptions)
    pub struct_size: u32,
    /// Digits after the point. Default 4.
    pub precision: i32,
    /// Tensors of more elements are summarized. Default 1000.
    pub threshold: i64,
    /// Elements shown at each end of a summarized dimension. Default 3.
    pub edge_items: i64,
    /// In characters. Default 80.
    pub line_width: i64,
}

/// For tensor_sgd_create. Start from TENSOR_SGD_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorSgdOptions {
    /// sizeof(TensorSgdOptions)
    pub struct_size: u32,
    /// Nesterov's momentum; needs momentum > 0 and dampening 0.
    pub nesterov: CBool,
    /// Goes up the gradient.
    pub maximize: CBool,
    /// Must be 0.
    pub reserved: [u8; 2],
    /// The learning rate. Default 1e-3.
    pub lr: f64,
    /// Default 0.
    pub momentum: f64,
    /// Default 0.
    pub dampening: f64,
    /// Default 0.
    pub weight_decay: f64,
}

/// For tensor_adamw_create. Start from TENSOR_ADAMW_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorAdamWOptions {
    /// sizeof(TensorAdamWOptions)
    pub struct_size: u32,
    /// Divides by the largest second moment so far.
    pub amsgrad: CBool,
    /// Goes up the gradient.
    pub maximize: CBool,
    /// Must be 0.
    pub reserved: [u8; 2],
    /// The learning rate. Default 1e-3.
    pub lr: f64,
    /// Decay of the mean of gradients. Default 0.9.
    pub beta1: f64,
    /// Decay of the mean of squared gradients. Default 0.999.
    pub beta2: f64,
    /// Added to the divisor. Default 1e-8.
    pub eps: f64,
    /// Default 1e-2.
    pub weight_decay: f64,
}

/// For functions that load tensors from files. Start from TENSOR_LOAD_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorLoadOptions {
    /// sizeof(TensorLoadOptions)
    pub struct_size: u32,
    /// One of TENSOR_MMAP_...
    pub mmap: i32,
    /// Only the tensors of these names, in this order; a name that is not there is NOT_FOUND, one given twice
    /// INVALID_ARGUMENT. NULL = all, in the order of the file.
    pub names: *const *const c_char,
    /// How many.
    pub nnames: usize,
    /// Where the tensors are to be; {0, 0} = the CPU. Mapped memory is copied from the file straight to a CUDA device.
    pub device: TensorDevice,
}

/// For functions that save tensors to files. Start from TENSOR_SAVE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorSaveOptions {
    /// sizeof(TensorSaveOptions)
    pub struct_size: u32,
    /// Smaller and slower, where the format can: .npz.
    pub compress: CBool,
    /// Must be 0.
    pub reserved: [u8; 3],
}

/// For tables as text. Start from TENSOR_CSV_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorCsvOptions {
    /// sizeof(TensorCsvOptions)
    pub struct_size: u32,
    /// To load as; TENSOR_DTYPE_INVALID (0) = f64.
    pub dtype: TensorDType,
    /// Where the tensors are to be that are loaded; {0, 0} = the CPU.
    pub device: TensorDevice,
    /// Between fields: an ASCII sign that no number has. Default ','.
    pub delimiter: c_char,
    /// The first line names the columns. Implied by names, and for dicts.
    pub header: CBool,
    /// The first column numbers the rows: not loaded, or written so.
    pub index: CBool,
    /// Must be 0.
    pub reserved: [u8; 5],
    /// To load: so many lines come before the table.
    pub skip_rows: i64,
    /// To load: only these columns, in this order; one that is not there is NOT_FOUND. To save: the names of the columns.
    /// NULL = none.
    pub names: *const *const c_char,
    /// How many.
    pub nnames: usize,
}

/// What tensor_dict_load_stats fills in. Start from TENSOR_LOAD_STATS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorLoadStats {
    /// sizeof(TensorLoadStats)
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Tensors that look into a mapping of the file.
    pub mapped_tensors: i64,
    pub mapped_bytes: i64,
    /// Tensors with memory of their own.
    pub copied_tensors: i64,
    pub copied_bytes: i64,
    /// Of the copied ones: those that were to be mapped and could not, because their bytes are not aligned to their
    /// elements, or are compressed or in another byte order.
    pub unmappable_tensors: i64,
}

/// What tendon_cuda_device_properties fills in. Start from TENDON_CUDA_DEVICE_PROPERTIES_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TendonCudaDeviceProperties {
    /// sizeof(TendonCudaDeviceProperties)
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// NUL-terminated.
    pub name: [c_char; 256],
    /// 9 and 0 for sm_90.
    pub capability_major: i32,
    pub capability_minor: i32,
    pub multiprocessors: i32,
    pub threads_per_multiprocessor: i32,
    /// The most shared memory that one block can have.
    pub shared_bytes_per_block: i64,
    pub l2_bytes: i64,
    pub total_bytes: i64,
    /// Theoretical, in bytes per second.
    pub memory_bandwidth: f64,
}

/// What tendon_cuda_memory_stats fills in, for one device. Start from TENDON_CUDA_MEMORY_STATS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TendonCudaMemoryStats {
    /// sizeof(TendonCudaMemoryStats)
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// In use by tensors and by work under way.
    pub allocated_bytes: i64,
    pub peak_allocated_bytes: i64,
    /// Taken from the driver: in use, or cached for later.
    pub reserved_bytes: i64,
    pub peak_reserved_bytes: i64,
    /// How many blocks were asked for so far.
    pub allocations: i64,
    pub frees: i64,
    /// How often the driver was asked for memory.
    pub segments: i64,
    /// How often the cache was given back because the driver had no more.
    pub retries: i64,
    /// How often that did not help.
    pub failures: i64,
}

/// What tendon_memory_info fills in. Start from TENDON_MEMORY_INFO_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TendonMemoryInfo {
    /// sizeof(TendonMemoryInfo)
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Bytes of CPU memory in use.
    pub live_bytes: i64,
    /// Bytes kept for later use; tendon_release_cached_memory gives them back.
    pub cached_bytes: i64,
    /// The most bytes held from the system at one time, live and cached.
    pub peak_bytes: i64,
}

/// A struct that [`read`] can take from a caller who knows more or fewer of its fields.
///
/// # Safety
/// `repr(C)`, a `u32` first, valid for any bytes, without padding.
pub unsafe trait Options: Copy {
    const NAME: &'static str;
    const DEFAULT: Self;
    /// One past the last byte of each field.
    const ENDS: &'static [usize];
    fn reserved_is_zero(&self) -> bool;
}

trait Zero {
    fn is_zero(&self) -> bool;
}

impl<const N: usize> Zero for [u8; N] {
    fn is_zero(&self) -> bool {
        self.iter().all(|&b| b == 0)
    }
}

impl Zero for u32 {
    fn is_zero(&self) -> bool {
        *self == 0
    }
}

const fn size_of_field<T, F>(_: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// The defaults of all fields after `struct_size`, in order; in brackets the field that must be 0.
macro_rules! options {
    ($($name:ident[$($reserved:ident)?] { $($field:ident: $default:expr),* $(,)? })+) => { $(
        // SAFETY: `repr(C)` over integers, floats, pointers and bytes; the assertion below excludes padding.
        unsafe impl Options for $name {
            const NAME: &'static str = stringify!($name);
            const DEFAULT: $name = $name { struct_size: size_of::<$name>() as u32, $($field: $default),* };
            const ENDS: &'static [usize] =
                &[4, $(std::mem::offset_of!($name, $field) + size_of_field::<$name, _>(|o| &o.$field)),*];

            fn reserved_is_zero(&self) -> bool {
                true $(&& self.$reserved.is_zero())?
            }
        }
        const _: () = {
            let sizes = 4 $(+ size_of_field::<$name, _>(|o| &o.$field))*;
            assert!(sizes == size_of::<$name>(), "implicit padding");
        };
    )+ };
}

options! {
    TensorHostBufferOptions[reserved] {
        read_only: 0, reserved: [0; 3], strides: std::ptr::null(), offset: 0, release: None,
        user_data: std::ptr::null_mut(), release_queue: std::ptr::null(),
    }
    TensorDlpackOptions[reserved] {
        copy: 0, device: TensorDevice { r#type: 0, index: 0 }, stream: 1, max_version_major: 0, max_version_minor: 0,
        stream_stays_valid: 0, reserved: [0; 7], release_queue: std::ptr::null(),
    }
    TensorOptions[reserved] { dtype: 0, device: TensorDevice { r#type: 0, index: 0 }, requires_grad: 0, reserved: [0; 3] }
    TensorReduceOptions[reserved] { dtype: 0, keepdim: 0, reserved: [0; 7] }
    TensorVarOptions[reserved] { keepdim: 0, reserved: [0; 3], correction: 1.0 }
    TensorBackwardOptions[reserved] { retain_graph: 0, create_graph: 0, reserved: [0; 2], gradient: std::ptr::null() }
    TensorGradOptions[reserved] {
        retain_graph: 0, create_graph: 0, allow_unused: 0, reserved: [0; 1], gradient: std::ptr::null(),
    }
    TensorGeluOptions[reserved] { tanh_approximation: 0, reserved: [0; 3] }
    TensorDivOptions[] { rounding: 0 }
    TensorSoftmaxOptions[] { dtype: 0 }
    TensorCrossEntropyOptions[] { reduction: 0, ignore_index: -100, label_smoothing: 0.0, weight: std::ptr::null() }
    TensorLossOptions[] { reduction: 0 }
    TensorDropoutOptions[reserved] { inference: 0, reserved: [0; 3] }
    TensorConvertOptions[reserved] { copy: 0, non_blocking: 0, reserved: [0; 2] }
    TensorPrintOptions[] { precision: 4, threshold: 1000, edge_items: 3, line_width: 80 }
    TensorSgdOptions[reserved] {
        nesterov: 0, maximize: 0, reserved: [0; 2], lr: 1e-3, momentum: 0.0, dampening: 0.0, weight_decay: 0.0,
    }
    TensorAdamWOptions[reserved] {
        amsgrad: 0, maximize: 0, reserved: [0; 2], lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 1e-2,
    }
    TensorLoadOptions[] {
        mmap: 0, names: std::ptr::null(), nnames: 0, device: TensorDevice { r#type: 0, index: 0 },
    }
    TensorSaveOptions[reserved] { compress: 0, reserved: [0; 3] }
    TensorCsvOptions[reserved] {
        dtype: 0, device: TensorDevice { r#type: 0, index: 0 }, delimiter: b',' as c_char, header: 0, index: 0,
        reserved: [0; 5], skip_rows: 0, names: std::ptr::null(), nnames: 0,
    }
    TensorLoadStats[reserved] {
        reserved: 0, mapped_tensors: 0, mapped_bytes: 0, copied_tensors: 0, copied_bytes: 0, unmappable_tensors: 0,
    }
    TendonCudaDeviceProperties[reserved] {
        reserved: 0, name: [0; 256], capability_major: 0, capability_minor: 0, multiprocessors: 0,
        threads_per_multiprocessor: 0, shared_bytes_per_block: 0, l2_bytes: 0, total_bytes: 0, memory_bandwidth: 0.0,
    }
    TendonCudaMemoryStats[reserved] {
        reserved: 0, allocated_bytes: 0, peak_allocated_bytes: 0, reserved_bytes: 0, peak_reserved_bytes: 0,
        allocations: 0, frees: 0, segments: 0, retries: 0, failures: 0,
    }
    TendonMemoryInfo[reserved] { reserved: 0, live_bytes: 0, cached_bytes: 0, peak_bytes: 0 }
}

/// No struct of any version is this large, in bytes: a `struct_size` above it is garbage.
const LARGEST: usize = 4096;

/// What the caller set, over the defaults.
///
/// # Safety
/// `options` is NULL or readable for the number of bytes that its `struct_size` says (if that is at most [`LARGEST`]).
pub(super) unsafe fn read<T: Options>(options: *const T) -> Result<T> {
    if options.is_null() {
        return Ok(T::DEFAULT);
    }
    // SAFETY: `struct_size` comes first and is readable; nothing is said about alignment.
    let size = unsafe { options.cast::<u32>().read_unaligned() } as usize;
    // SAFETY: the caller's promise.
    unsafe { check_size::<T>(options.cast(), size)? };
    let mut merged = MaybeUninit::new(T::DEFAULT);
    // SAFETY: both are valid for the smaller of the sizes, and `T` is valid for any bytes.
    let merged = unsafe {
        std::ptr::copy_nonoverlapping(options.cast::<u8>(), merged.as_mut_ptr().cast(), size.min(size_of::<T>()));
        merged.assume_init()
    };
    if !merged.reserved_is_zero() {
        fail!(INVALID_OPTIONS, "reserved bytes of {} are not 0: start from its _INIT macro", T::NAME);
    }
    Ok(merged)
}

/// Whether `size` is one that a caller of this or another version can have.
///
/// # Safety
/// As [`read`].
unsafe fn check_size<T: Options>(bytes: *const u8, size: usize) -> Result<()> {
    let known = size_of::<T>();
    if size > LARGEST || (size < known && !T::ENDS.contains(&size)) {
        fail!(INVALID_OPTIONS, "{}.struct_size is {size}, expected sizeof({}), {known}", T::NAME, T::NAME);
    }
    for i in known..size {
        // SAFETY: within the size that the caller states.
        if unsafe { bytes.add(i).read() } != 0 {
            fail!(
                INVALID_OPTIONS,
                "{} has {size} bytes, this version knows {known}, and byte {i} is not 0: an option that it does not have",
                T::NAME
            );
        }
    }
    Ok(())
}

/// Writes as many fields of an answer as the caller knows; `struct_size` stays.
///
/// # Safety
/// `out` is NULL or a struct that [`read`] accepts, and writable.
pub(super) unsafe fn write<T: Options>(out: *mut T, value: T) -> Result<()> {
    border::not_null(out, "out")?;
    // SAFETY: the caller's promise.
    unsafe { read(out.cast_const())? };
    let first = size_of::<u32>();
    // SAFETY: `struct_size` comes first; both are valid for the smaller of the sizes.
    unsafe {
        let size = (out.cast::<u32>().read_unaligned() as usize).min(size_of::<T>());
        let (from, to) = ((&raw const value).cast::<u8>(), out.cast::<u8>());
        std::ptr::copy_nonoverlapping(from.add(first), to.add(first), size - first);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::status;

    fn read_ok<T: Options>(value: &T) -> T {
        // SAFETY: a whole struct.
        unsafe { read(value) }.unwrap()
    }

    fn read_err<T: Options>(value: &T) -> crate::error::Error {
        // SAFETY: a whole struct whose size is refused before anything beyond it is read.
        unsafe { read(value) }.err().unwrap()
    }

    #[test]
    fn null_means_defaults() {
        // SAFETY: NULL is allowed.
        let options: TensorAdamWOptions = unsafe { read(std::ptr::null()) }.unwrap();
        assert_eq!((options.lr, options.beta2, options.amsgrad), (1e-3, 0.999, 0));
    }

    #[test]
    fn fields_beyond_the_callers_size_take_defaults() {
        let mut options = TensorAdamWOptions { lr: 5.0, beta1: 0.1, ..Options::DEFAULT };
        options.struct_size = 16;
        let got = read_ok(&options);
        assert_eq!((got.lr, got.beta1), (5.0, 0.9));
        options.struct_size = 4;
        assert_eq!(read_ok(&options).lr, 1e-3);
    }

    #[test]
    fn bad_sizes_are_refused() {
        for size in [0, 1, 3, 7, 12, 17, 4097, u32::MAX] {
            let options = TensorAdamWOptions { struct_size: size, ..Options::DEFAULT };
            let error = read_err(&options);
            assert_eq!(error.status(), status::INVALID_OPTIONS, "{size}");
            assert!(error.message().contains("TensorAdamWOptions.struct_size"), "{}", error.message());
        }
    }

    #[test]
    fn a_longer_struct_must_end_in_zeros() {
        #[repr(C)]
        struct Future {
            known: TensorDivOptions,
            new: [u8; 8],
        }
        let mut future = Future { known: TensorDivOptions { struct_size: 16, rounding: 2 }, new: [0; 8] };
        // SAFETY: `struct_size` is the size of the whole.
        let got = unsafe { read((&raw const future).cast::<TensorDivOptions>()) }.unwrap();
        assert_eq!(got.rounding, 2);
        future.new[3] = 1;
        // SAFETY: as above.
        let error = unsafe { read((&raw const future).cast::<TensorDivOptions>()) }.err().unwrap();
        assert_eq!(error.status(), status::INVALID_OPTIONS);
    }

    #[test]
    fn reserved_bytes_must_be_zero() {
        let options = TensorVarOptions { reserved: [0, 0, 7], ..Options::DEFAULT };
        assert_eq!(read_err(&options).status(), status::INVALID_OPTIONS);
        // Reserved bytes that the caller does not know are not looked at.
        assert_eq!(read_ok(&TensorVarOptions { struct_size: 5, ..options }).keepdim, 0);
    }

    #[test]
    fn every_byte_of_a_bool_is_taken() {
        assert_eq!(read_ok(&TensorReduceOptions { keepdim: 2, ..Options::DEFAULT }).keepdim, 2);
    }

    #[test]
    fn memory_info_is_written_up_to_the_callers_size() {
        let mut info = TendonMemoryInfo { struct_size: 16, peak_bytes: 9, ..Options::DEFAULT };
        let value = TendonMemoryInfo { live_bytes: 1, cached_bytes: 2, peak_bytes: 3, ..Options::DEFAULT };
        // SAFETY: a whole struct.
        unsafe { write(&mut info, value) }.unwrap();
        assert_eq!((info.struct_size, info.live_bytes, info.cached_bytes, info.peak_bytes), (16, 1, 0, 9));
    }
}
