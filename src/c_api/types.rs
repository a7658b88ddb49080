//! The types and numbers of the header. Numbers are frozen; structs only grow at their end.

use std::ffi::{c_char, c_void};

/// What every function that can fail returns; 0 is success. Frozen, in ranges of 100 by theme, so that status / 100
/// names the theme.
pub type TensorStatus = i32;

/// Success.
pub const TENSOR_OK: TensorStatus = 0;
/// An argument has a value that the function does not take.
pub const TENSOR_ERR_INVALID_ARGUMENT: TensorStatus = 100;
/// A pointer that must not be NULL is NULL.
pub const TENSOR_ERR_NULL_POINTER: TensorStatus = 101;
/// An options struct has a bad struct_size, a reserved byte that is not 0, or an option that the function does not take.
pub const TENSOR_ERR_INVALID_OPTIONS: TensorStatus = 102;
/// A handle is NULL, was released, is of another kind, or never was a handle.
pub const TENSOR_ERR_INVALID_HANDLE: TensorStatus = 200;
/// Shapes or dims do not fit.
pub const TENSOR_ERR_SHAPE: TensorStatus = 300;
/// A dtype is unknown or does not fit.
pub const TENSOR_ERR_DTYPE: TensorStatus = 400;
/// A device is unknown, or tensors are on different devices.
pub const TENSOR_ERR_DEVICE: TensorStatus = 500;
/// The host asked for memory that is not on the CPU: call tensor_to_cpu first.
pub const TENSOR_ERR_NOT_ON_CPU: TensorStatus = 501;
/// An index leaves its dimension.
pub const TENSOR_ERR_INDEX: TensorStatus = 600;
/// No entry has that name.
pub const TENSOR_ERR_NOT_FOUND: TensorStatus = 601;
/// Memory in C order was asked for and the tensor has other strides.
pub const TENSOR_ERR_NOT_CONTIGUOUS: TensorStatus = 700;
/// Not enough memory.
pub const TENSOR_ERR_OUT_OF_MEMORY: TensorStatus = 800;
/// A write to memory that was lent read-only.
pub const TENSOR_ERR_READ_ONLY: TensorStatus = 801;
/// A buffer is not aligned to its element.
pub const TENSOR_ERR_MISALIGNED: TensorStatus = 802;
/// A write to memory that overlaps itself or an input.
pub const TENSOR_ERR_OVERLAP: TensorStatus = 803;
/// Shape, strides and offset reach outside of the buffer, or a buffer is too small.
pub const TENSOR_ERR_OUT_OF_BOUNDS: TensorStatus = 804;
/// The gradient rules forbid it.
pub const TENSOR_ERR_AUTOGRAD: TensorStatus = 900;
/// A value that backward needs was written in place since it was saved.
pub const TENSOR_ERR_MODIFIED: TensorStatus = 901;
/// The graph was freed by an earlier backward: pass retain_graph there.
pub const TENSOR_ERR_GRAPH_FREED: TensorStatus = 902;
/// The stream is being captured into a CUDA graph: it takes no work of this library, and cannot be waited for.
pub const TENSOR_ERR_CAPTURE: TensorStatus = 1000;
/// Reading or writing a file failed.
pub const TENSOR_ERR_IO: TensorStatus = 1100;
/// A file or a saved state is not in the expected format, or a DLPack struct is of another major version.
pub const TENSOR_ERR_FORMAT: TensorStatus = 1200;
/// CUDA reported an error.
pub const TENSOR_ERR_CUDA: TensorStatus = 1300;
/// There is no usable CUDA device; the message says why.
pub const TENSOR_ERR_CUDA_UNAVAILABLE: TensorStatus = 1301;
/// A callback of the caller failed.
pub const TENSOR_ERR_CALLBACK: TensorStatus = 1400;
/// The call was cancelled through a cancel token.
pub const TENSOR_ERR_CANCELLED: TensorStatus = 1500;
/// Not supported by this version or build.
pub const TENSOR_ERR_UNSUPPORTED: TensorStatus = 1600;
/// A defect of the library.
pub const TENSOR_ERR_INTERNAL: TensorStatus = 1700;

/// The type of an element. One of TENSOR_DTYPE_...
pub type TensorDType = i32;

/// No dtype: what a question answers when it fails, and "the default" in options.
pub const TENSOR_DTYPE_INVALID: TensorDType = 0;
/// One byte, read as != 0.
pub const TENSOR_DTYPE_BOOL: TensorDType = 1;
/// uint8_t
pub const TENSOR_DTYPE_U8: TensorDType = 2;
/// uint16_t
pub const TENSOR_DTYPE_U16: TensorDType = 3;
/// uint32_t
pub const TENSOR_DTYPE_U32: TensorDType = 4;
/// uint64_t
pub const TENSOR_DTYPE_U64: TensorDType = 5;
/// int8_t
pub const TENSOR_DTYPE_I8: TensorDType = 6;
/// int16_t
pub const TENSOR_DTYPE_I16: TensorDType = 7;
/// int32_t
pub const TENSOR_DTYPE_I32: TensorDType = 8;
/// int64_t
pub const TENSOR_DTYPE_I64: TensorDType = 9;
/// IEEE half precision, two bytes.
pub const TENSOR_DTYPE_F16: TensorDType = 10;
/// bfloat16: the upper two bytes of a float.
pub const TENSOR_DTYPE_BF16: TensorDType = 11;
/// float
pub const TENSOR_DTYPE_F32: TensorDType = 12;
/// double
pub const TENSOR_DTYPE_F64: TensorDType = 13;
/// Reserved.
pub const TENSOR_DTYPE_COMPLEX64: TensorDType = 14;
/// Reserved.
pub const TENSOR_DTYPE_COMPLEX128: TensorDType = 15;

/// The type of a device. One of TENSOR_DEVICE_...
pub type TensorDeviceType = i32;

/// The host.
pub const TENSOR_DEVICE_CPU: TensorDeviceType = 1;
/// A CUDA device, by its ordinal as the driver counts; ordinal -1 is the current device of the calling thread.
pub const TENSOR_DEVICE_CUDA: TensorDeviceType = 2;

/// Where a tensor's elements live: TENSOR_CPU or TENSOR_CUDA(ordinal). All zeros means "the default".
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorDevice {
    pub r#type: TensorDeviceType,
    /// The ordinal; 0 for the CPU.
    pub index: i32,
}

/// The kinds of number in a TensorScalar.
pub const TENSOR_SCALAR_BOOL: i32 = 1;
/// value.i
pub const TENSOR_SCALAR_INT: i32 = 2;
/// value.f
pub const TENSOR_SCALAR_FLOAT: i32 = 3;
/// Reserved.
pub const TENSOR_SCALAR_COMPLEX: i32 = 4;

/// The number itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub union TensorScalarValue {
    /// Of a BOOL (0 or 1) and of an INT.
    pub i: i64,
    /// Of a FLOAT.
    pub f: f64,
    /// Reserved.
    pub c: [f64; 2],
}

/// One number by value, with its kind: tensor_scalar_f(0.5), tensor_scalar_i(3), tensor_scalar_b(true).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TensorScalar {
    /// One of TENSOR_SCALAR_...
    pub kind: i32,
    /// Must be 0.
    pub reserved: i32,
    pub value: TensorScalarValue,
}

/// The quotient as it is.
pub const TENSOR_ROUNDING_NONE: i32 = 0;
/// The quotient rounded towards zero.
pub const TENSOR_ROUNDING_TRUNC: i32 = 1;
/// The quotient rounded down.
pub const TENSOR_ROUNDING_FLOOR: i32 = 2;

/// The mean of the losses (weighted, where there are weights).
pub const TENSOR_REDUCTION_MEAN: i32 = 0;
/// The sum of the losses.
pub const TENSOR_REDUCTION_SUM: i32 = 1;
/// Each loss by itself.
pub const TENSOR_REDUCTION_NONE: i32 = 2;

/// A copy where it cannot be done without one.
pub const TENSOR_DLPACK_COPY_IF_NEEDED: i32 = 0;
/// Memory of its own in any case.
pub const TENSOR_DLPACK_COPY_ALWAYS: i32 = 1;
/// What cannot be done without a copy is an error.
pub const TENSOR_DLPACK_COPY_NEVER: i32 = 2;

/// Products of f32 matrices are computed in f32.
pub const TENDON_PRECISION_HIGHEST: i32 = 0;
/// Factors may be rounded to TF32, which keeps 10 bits of mantissa, where the device is faster for it; sums are in f32.
pub const TENDON_PRECISION_HIGH: i32 = 1;

/// Where the elements of a loaded tensor lie: as the function that loads says.
pub const TENSOR_MMAP_DEFAULT: i32 = 0;
/// Tensors look into a private, read-only mapping of the file; nothing is read before it is used. Writes to them are
/// errors. While a tensor uses it, the file must not be truncated.
pub const TENSOR_MMAP_ON: i32 = 1;
/// The file is read into memory of the tensors' own.
pub const TENSOR_MMAP_OFF: i32 = 2;

/// The level that a log callback gets with the message of a failed call.
pub const TENDON_LOG_ERROR: i32 = 1;

/// A byte that C calls `bool`. The header says bool.
pub type CBool = u8;

/// A handle of a tensor: opaque, never to be dereferenced. Each handle has one owner; tensor_retain makes another handle
/// of the same tensor. A const Tensor * argument is safe in concurrent calls; a Tensor * argument is exclusive: no other
/// thread may use the tensor in the meantime.
pub struct Tensor {
    _private: [u8; 0],
}

/// A handle of an optimizer. One call at a time: a concurrent one is an error.
pub struct TensorOptimizer {
    _private: [u8; 0],
}

/// A handle of tensors by name; see tensor_dict_create. A const TensorDict * argument is safe in concurrent calls; a
/// TensorDict * argument is exclusive, and while another call uses the dict it is an error.
pub struct TensorDict {
    _private: [u8; 0],
}

/// A scope that is open on this thread; see tensor_scope_begin.
pub struct TensorScope {
    _private: [u8; 0],
}

/// A mode that is on for this thread; see tensor_no_grad_begin.
pub struct TensorMode {
    _private: [u8; 0],
}

/// A flag by which one thread ends the calls of another early. Safe from any thread.
pub struct TendonCancelToken {
    _private: [u8; 0],
}

/// Release callbacks that wait for a thread of yours; see tendon_release_queue_create. Safe from any thread.
pub struct TendonReleaseQueue {
    _private: [u8; 0],
}

/// A handle of a CUDA stream: work that is done in order. Safe from any thread.
pub struct TendonCudaStream {
    _private: [u8; 0],
}

/// A handle of a CUDA event: a point in a stream's work. Safe from any thread.
pub struct TendonCudaEvent {
    _private: [u8; 0],
}

/// A stream that is current on this thread; see tendon_cuda_stream_begin.
pub struct TendonCudaStreamScope {
    _private: [u8; 0],
}

/// `struct DLManagedTensor` of dlpack.h, which the header only declares.
pub struct DLManagedTensor {
    _private: [u8; 0],
}

/// `struct DLManagedTensorVersioned` of dlpack.h, which the header only declares.
pub struct DLManagedTensorVersioned {
    _private: [u8; 0],
}

/// Called once, when the last use of borrowed memory is over: on the thread whose call ended it, never on a worker thread
/// of the library. Where a release queue was given: by you, or by tendon_release_queue_release. It may call any function
/// of the library; it must not throw or longjmp.
pub type TensorReleaseFn = Option<unsafe extern "C" fn(data: *mut c_void, user_data: *mut c_void)>;

/// A call that is due; see tendon_release_queue_next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TendonPendingRelease {
    /// NULL when there is none.
    pub release: TensorReleaseFn,
    pub data: *mut c_void,
    pub user_data: *mut c_void,
}

/// One piece of the work of a TendonParallelForFn.
pub type TendonParallelBodyFn = unsafe extern "C" fn(context: *mut c_void, index: usize);

/// Calls body(context, index) once for each index from 0 to count - 1, on any threads, and returns 0 when all have
/// returned. Another result says that the work was not done; the function that needed it returns TENSOR_ERR_CALLBACK.
pub type TendonParallelForFn = Option<
    unsafe extern "C" fn(user_data: *mut c_void, count: usize, body: TendonParallelBodyFn, context: *mut c_void) -> i32,
>;

/// Gets the message of every failed call, on the thread of the call. It may call any function of the library (failures
/// in there are not logged again); it must not throw or longjmp.
pub type TendonLogFn = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message: *const c_char)>;
