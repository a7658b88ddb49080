/**
 * Tendon: an embeddable tensor runtime. NumPy on the GPU, plus autograd, behind a C ABI.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every function that can fail returns a TensorStatus; tendon_last_error_message() says what was wrong.
 */

#ifndef TENDON_H
#define TENDON_H

/* Made from src/c_api by `cargo xtask header`. Do not edit: change the Rust side and run `make header`. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TENDON_VERSION_MAJOR 0
#define TENDON_VERSION_MINOR 1
#define TENDON_VERSION_PATCH 0
#define TENDON_VERSION_STRING "0.1.0"

/**
 * The compiler warns when the result of a function so marked is ignored. Define it empty before the include to opt out.
 */
#ifndef TENDON_MUST_USE
#if (defined(__cplusplus) && __cplusplus >= 201703L) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define TENDON_MUST_USE [[nodiscard]]
#elif defined(__GNUC__) || defined(__clang__)
#define TENDON_MUST_USE __attribute__((warn_unused_result))
#else
#define TENDON_MUST_USE
#endif
#endif

/* Of dlpack.h, which may be included before this file or after it. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;

/**
 * The kinds of number in a TensorScalar.
 */
#define TENSOR_SCALAR_BOOL 1

/**
 * value.i
 */
#define TENSOR_SCALAR_INT 2

/**
 * value.f
 */
#define TENSOR_SCALAR_FLOAT 3

/**
 * Reserved.
 */
#define TENSOR_SCALAR_COMPLEX 4

/**
 * The quotient as it is.
 */
#define TENSOR_ROUNDING_NONE 0

/**
 * The quotient rounded towards zero.
 */
#define TENSOR_ROUNDING_TRUNC 1

/**
 * The quotient rounded down.
 */
#define TENSOR_ROUNDING_FLOOR 2

/**
 * The mean of the losses (weighted, where there are weights).
 */
#define TENSOR_REDUCTION_MEAN 0

/**
 * The sum of the losses.
 */
#define TENSOR_REDUCTION_SUM 1

/**
 * Each loss by itself.
 */
#define TENSOR_REDUCTION_NONE 2

/**
 * A copy where it cannot be done without one.
 */
#define TENSOR_DLPACK_COPY_IF_NEEDED 0

/**
 * Memory of its own in any case.
 */
#define TENSOR_DLPACK_COPY_ALWAYS 1

/**
 * What cannot be done without a copy is an error.
 */
#define TENSOR_DLPACK_COPY_NEVER 2

/**
 * Products of f32 matrices are computed in f32.
 */
#define TENDON_PRECISION_HIGHEST 0

/**
 * Factors may be rounded to TF32, which keeps 10 bits of mantissa, where the device is faster for it; sums are in f32.
 */
#define TENDON_PRECISION_HIGH 1

/**
 * Where the elements of a loaded tensor lie: as the function that loads says.
 */
#define TENSOR_MMAP_DEFAULT 0

/**
 * Tensors look into a private, read-only mapping of the file; nothing is read before it is used. Writes to them are
 * errors. While a tensor uses it, the file must not be truncated.
 */
#define TENSOR_MMAP_ON 1

/**
 * The file is read into memory of the tensors' own.
 */
#define TENSOR_MMAP_OFF 2

/**
 * The level that a log callback gets with the message of a failed call.
 */
#define TENDON_LOG_ERROR 1

/**
 * A flag by which one thread ends the calls of another early. Safe from any thread.
 */
typedef struct TendonCancelToken TendonCancelToken;

/**
 * A handle of a CUDA event: a point in a stream's work. Safe from any thread.
 */
typedef struct TendonCudaEvent TendonCudaEvent;

/**
 * A handle of a CUDA stream: work that is done in order. Safe from any thread.
 */
typedef struct TendonCudaStream TendonCudaStream;

/**
 * A stream that is current on this thread; see tendon_cuda_stream_begin.
 */
typedef struct TendonCudaStreamScope TendonCudaStreamScope;

/**
 * Release callbacks that wait for a thread of yours; see tendon_release_queue_create. Safe from any thread.
 */
typedef struct TendonReleaseQueue TendonReleaseQueue;

/**
 * A handle of a tensor: opaque, never to be dereferenced. Each handle has one owner; tensor_retain makes another handle
 * of the same tensor. A const Tensor * argument is safe in concurrent calls; a Tensor * argument is exclusive: no other
 * thread may use the tensor in the meantime.
 */
typedef struct Tensor Tensor;

/**
 * A handle of tensors by name; see tensor_dict_create. A const TensorDict * argument is safe in concurrent calls; a
 * TensorDict * argument is exclusive, and while another call uses the dict it is an error.
 */
typedef struct TensorDict TensorDict;

/**
 * A mode that is on for this thread; see tensor_no_grad_begin.
 */
typedef struct TensorMode TensorMode;

/**
 * A handle of an optimizer. One call at a time: a concurrent one is an error.
 */
typedef struct TensorOptimizer TensorOptimizer;

/**
 * A scope that is open on this thread; see tensor_scope_begin.
 */
typedef struct TensorScope TensorScope;

/**
 * What every function that can fail returns; 0 is success. Frozen, in ranges of 100 by theme, so that status / 100
 * names the theme.
 */
typedef int32_t TensorStatus;

/**
 * One piece of the work of a TendonParallelForFn.
 */
typedef void (*TendonParallelBodyFn)(void *context, size_t index);

/**
 * Calls body(context, index) once for each index from 0 to count - 1, on any threads, and returns 0 when all have
 * returned. Another result says that the work was not done; the function that needed it returns TENSOR_ERR_CALLBACK.
 */
typedef int32_t (*TendonParallelForFn)(void *user_data, size_t count, TendonParallelBodyFn body, void *context);

/**
 * Gets the message of every failed call, on the thread of the call. It may call any function of the library (failures
 * in there are not logged again); it must not throw or longjmp.
 */
typedef void (*TendonLogFn)(void *user_data, int32_t level, const char *message);

/**
 * What tendon_memory_info fills in. Start from TENDON_MEMORY_INFO_INIT.
 */
typedef struct {
    /**
     * sizeof(TendonMemoryInfo)
     */
    uint32_t struct_size;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * Bytes of CPU memory in use.
     */
    int64_t live_bytes;
    /**
     * Bytes kept for later use; tendon_release_cached_memory gives them back.
     */
    int64_t cached_bytes;
    /**
     * The most bytes held from the system at one time, live and cached.
     */
    int64_t peak_bytes;
} TendonMemoryInfo;

/**
 * What tendon_cuda_device_properties fills in. Start from TENDON_CUDA_DEVICE_PROPERTIES_INIT.
 */
typedef struct {
    /**
     * sizeof(TendonCudaDeviceProperties)
     */
    uint32_t struct_size;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * NUL-terminated.
     */
    char name[256];
    /**
     * 9 and 0 for sm_90.
     */
    int32_t capability_major;
    int32_t capability_minor;
    int32_t multiprocessors;
    int32_t threads_per_multiprocessor;
    /**
     * The most shared memory that one block can have.
     */
    int64_t shared_bytes_per_block;
    int64_t l2_bytes;
    int64_t total_bytes;
    /**
     * Theoretical, in bytes per second.
     */
    double memory_bandwidth;
} TendonCudaDeviceProperties;

/**
 * What tendon_cuda_memory_stats fills in, for one device. Start from TENDON_CUDA_MEMORY_STATS_INIT.
 */
typedef struct {
    /**
     * sizeof(TendonCudaMemoryStats)
     */
    uint32_t struct_size;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * In use by tensors and by work under way.
     */
    int64_t allocated_bytes;
    int64_t peak_allocated_bytes;
    /**
     * Taken from the driver: in use, or cached for later.
     */
    int64_t reserved_bytes;
    int64_t peak_reserved_bytes;
    /**
     * How many blocks were asked for so far.
     */
    int64_t allocations;
    int64_t frees;
    /**
     * How often the driver was asked for memory.
     */
    int64_t segments;
    /**
     * How often the cache was given back because the driver had no more.
     */
    int64_t retries;
    /**
     * How often that did not help.
     */
    int64_t failures;
} TendonCudaMemoryStats;

/**
 * The type of an element. One of TENSOR_DTYPE_...
 */
typedef int32_t TensorDType;

/**
 * Called once, when the last use of borrowed memory is over: on the thread whose call ended it, never on a worker thread
 * of the library. Where a release queue was given: by you, or by tendon_release_queue_release. It may call any function
 * of the library; it must not throw or longjmp.
 */
typedef void (*TensorReleaseFn)(void *data, void *user_data);

/**
 * For tensor_from_host_buffer. Start from TENSOR_HOST_BUFFER_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorHostBufferOptions)
     */
    uint32_t struct_size;
    /**
     * Writes to the tensor are errors.
     */
    bool read_only;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
    /**
     * One per dimension, in elements; NULL = C order; may be negative or zero.
     */
    const int64_t *strides;
    /**
     * In elements, from data to element [0, 0, ...]: where negative strides start.
     */
    int64_t offset;
    /**
     * NULL = the caller keeps the memory valid for as long as any tensor uses it.
     */
    TensorReleaseFn release;
    /**
     * Handed to release.
     */
    void *user_data;
    /**
     * Where the call of release waits for you when it is due; see tendon_release_queue_create. NULL = release is called
     * at once, on the thread that ended the last use.
     */
    const TendonReleaseQueue *release_queue;
} TensorHostBufferOptions;

/**
 * The type of a device. One of TENSOR_DEVICE_...
 */
typedef int32_t TensorDeviceType;

/**
 * Where a tensor's elements live: TENSOR_CPU or TENSOR_CUDA(ordinal). All zeros means "the default".
 */
typedef struct {
    TensorDeviceType type;
    /**
     * The ordinal; 0 for the CPU.
     */
    int32_t index;
} TensorDevice;

/**
 * For functions that make tensors. Start from TENSOR_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorOptions)
     */
    uint32_t struct_size;
    /**
     * TENSOR_DTYPE_INVALID (0) = the default that the function names.
     */
    TensorDType dtype;
    /**
     * {0, 0} = the default: the CPU, or the device of the tensor that the new one is to be like.
     */
    TensorDevice device;
    /**
     * Ops on the new tensor are recorded for backward.
     */
    bool requires_grad;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
} TensorOptions;

/**
 * A call that is due; see tendon_release_queue_next.
 */
typedef struct {
    /**
     * NULL when there is none.
     */
    TensorReleaseFn release;
    void *data;
    void *user_data;
} TendonPendingRelease;

/**
 * The number itself.
 */
typedef union {
    /**
     * Of a BOOL (0 or 1) and of an INT.
     */
    int64_t i;
    /**
     * Of a FLOAT.
     */
    double f;
    /**
     * Reserved.
     */
    double c[2];
} TensorScalarValue;

/**
 * One number by value, with its kind: tensor_scalar_f(0.5), tensor_scalar_i(3), tensor_scalar_b(true).
 */
typedef struct {
    /**
     * One of TENSOR_SCALAR_...
     */
    int32_t kind;
    /**
     * Must be 0.
     */
    int32_t reserved;
    TensorScalarValue value;
} TensorScalar;

/**
 * For tensor_to_string. Start from TENSOR_PRINT_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorPrintOptions)
     */
    uint32_t struct_size;
    /**
     * Digits after the point. Default 4.
     */
    int32_t precision;
    /**
     * Tensors of more elements are summarized. Default 1000.
     */
    int64_t threshold;
    /**
     * Elements shown at each end of a summarized dimension. Default 3.
     */
    int64_t edge_items;
    /**
     * In characters. Default 80.
     */
    int64_t line_width;
} TensorPrintOptions;

/**
 * For tensor_to_dlpack, tensor_from_dlpack and their versioned forms. Start from TENSOR_DLPACK_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorDlpackOptions)
     */
    uint32_t struct_size;
    /**
     * One of TENSOR_DLPACK_COPY_...
     */
    int32_t copy;
    /**
     * Where the memory is to be; {0, 0} = where it is. Another device needs a copy.
     */
    TensorDevice device;
    /**
     * CUDA only: the stream of the other side, as DLPack numbers them: 1 = the legacy default stream, 2 = the default
     * stream of each thread, a larger number = that cudaStream_t, -1 = nothing is waited for; 0 is an error. Exporting:
     * the consumer's stream, which then waits for the current one. Importing: the producer's stream, for which the
     * current one then waits. Default 1.
     */
    int64_t stream;
    /**
     * Exporting with a version: the newest that the consumer understands; {0, 0} = any.
     */
    uint32_t max_version_major;
    uint32_t max_version_minor;
    /**
     * CUDA, exporting: the stream lives until the deleter is called, which then may be while that stream (for 2: that
     * of the deleter's thread) still works on the memory. For stream 1 this is so in any case.
     */
    bool stream_stays_valid;
    /**
     * Must be 0.
     */
    uint8_t reserved[7];
    /**
     * Importing: where the call of the deleter waits for you when it is due; see tendon_release_queue_create. NULL = it is
     * called at once, on the thread that ended the last use.
     */
    const TendonReleaseQueue *release_queue;
} TensorDlpackOptions;

/**
 * For tensor_to_device and tensor_to_dtype. Start from TENSOR_CONVERT_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorConvertOptions)
     */
    uint32_t struct_size;
    /**
     * Copies also when the tensor is already as asked for.
     */
    bool copy;
    /**
     * From pinned host memory to a CUDA device: returns while the copy is still under way. The memory must not be
     * changed before that work is waited for; it is kept alive, and not released, until then.
     */
    bool non_blocking;
    /**
     * Must be 0.
     */
    uint8_t reserved[2];
} TensorConvertOptions;

/**
 * For tensor_backward. Start from TENSOR_BACKWARD_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorBackwardOptions)
     */
    uint32_t struct_size;
    /**
     * Keeps what the graph saved, for another backward.
     */
    bool retain_graph;
    /**
     * Records the gradients' own graph, for gradients of gradients; implies retain_graph.
     */
    bool create_graph;
    /**
     * Must be 0.
     */
    uint8_t reserved[2];
    /**
     * The gradient of the loss, in its shape; NULL = 1, and the loss must have one element. Not kept.
     */
    const Tensor *gradient;
} TensorBackwardOptions;

/**
 * For tensor_grad_of. Start from TENSOR_GRAD_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorGradOptions)
     */
    uint32_t struct_size;
    /**
     * Keeps what the graph saved, for another backward.
     */
    bool retain_graph;
    /**
     * Records the gradients' own graph, for gradients of gradients; implies retain_graph.
     */
    bool create_graph;
    /**
     * An input that the output does not depend on gives NULL instead of an error.
     */
    bool allow_unused;
    /**
     * Must be 0.
     */
    uint8_t reserved[1];
    /**
     * The gradient of the output, in its shape; NULL = 1, and the output must have one element. Not kept.
     */
    const Tensor *gradient;
} TensorGradOptions;

/**
 * For tensor_div. Start from TENSOR_DIV_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorDivOptions)
     */
    uint32_t struct_size;
    /**
     * One of TENSOR_ROUNDING_...
     */
    int32_t rounding;
} TensorDivOptions;

/**
 * For tensor_gelu. Start from TENSOR_GELU_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorGeluOptions)
     */
    uint32_t struct_size;
    /**
     * The tanh formula instead of the exact one with erf.
     */
    bool tanh_approximation;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
} TensorGeluOptions;

/**
 * For tensor_dropout. Start from TENSOR_DROPOUT_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorDropoutOptions)
     */
    uint32_t struct_size;
    /**
     * Nothing is dropped.
     */
    bool inference;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
} TensorDropoutOptions;

/**
 * For reductions. Start from TENSOR_REDUCE_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorReduceOptions)
     */
    uint32_t struct_size;
    /**
     * The input is converted to this dtype first; TENSOR_DTYPE_INVALID (0) = by the rule of the function.
     */
    TensorDType dtype;
    /**
     * The reduced dimensions stay, with size 1.
     */
    bool keepdim;
    /**
     * Must be 0.
     */
    uint8_t reserved[7];
} TensorReduceOptions;

/**
 * For tensor_var. Start from TENSOR_VAR_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorVarOptions)
     */
    uint32_t struct_size;
    /**
     * The reduced dimensions stay, with size 1.
     */
    bool keepdim;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
    /**
     * The divisor is n - correction. Default 1.
     */
    double correction;
} TensorVarOptions;

/**
 * For tensor_softmax and tensor_log_softmax. Start from TENSOR_SOFTMAX_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorSoftmaxOptions)
     */
    uint32_t struct_size;
    /**
     * The input is converted to this dtype first; TENSOR_DTYPE_INVALID (0) = not.
     */
    TensorDType dtype;
} TensorSoftmaxOptions;

/**
 * For tensor_cross_entropy. Start from TENSOR_CROSS_ENTROPY_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorCrossEntropyOptions)
     */
    uint32_t struct_size;
    /**
     * One of TENSOR_REDUCTION_...
     */
    int32_t reduction;
    /**
     * Targets of this value do not count. Default -100.
     */
    int64_t ignore_index;
    /**
     * From 0 to 1: how much of the target is spread evenly over all classes. Default 0.
     */
    double label_smoothing;
    /**
     * One weight per class, [C]; NULL = all 1. Not kept.
     */
    const Tensor *weight;
} TensorCrossEntropyOptions;

/**
 * For tensor_mse_loss. Start from TENSOR_LOSS_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorLossOptions)
     */
    uint32_t struct_size;
    /**
     * One of TENSOR_REDUCTION_...
     */
    int32_t reduction;
} TensorLossOptions;

/**
 * For tensor_sgd_create. Start from TENSOR_SGD_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorSgdOptions)
     */
    uint32_t struct_size;
    /**
     * Nesterov's momentum; needs momentum > 0 and dampening 0.
     */
    bool nesterov;
    /**
     * Goes up the gradient.
     */
    bool maximize;
    /**
     * Must be 0.
     */
    uint8_t reserved[2];
    /**
     * The learning rate. Default 1e-3.
     */
    double lr;
    /**
     * Default 0.
     */
    double momentum;
    /**
     * Default 0.
     */
    double dampening;
    /**
     * Default 0.
     */
    double weight_decay;
} TensorSgdOptions;

/**
 * For tensor_adamw_create. Start from TENSOR_ADAMW_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorAdamWOptions)
     */
    uint32_t struct_size;
    /**
     * Divides by the largest second moment so far.
     */
    bool amsgrad;
    /**
     * Goes up the gradient.
     */
    bool maximize;
    /**
     * Must be 0.
     */
    uint8_t reserved[2];
    /**
     * The learning rate. Default 1e-3.
     */
    double lr;
    /**
     * Decay of the mean of gradients. Default 0.9.
     */
    double beta1;
    /**
     * Decay of the mean of squared gradients. Default 0.999.
     */
    double beta2;
    /**
     * Added to the divisor. Default 1e-8.
     */
    double eps;
    /**
     * Default 1e-2.
     */
    double weight_decay;
} TensorAdamWOptions;

/**
 * What tensor_dict_load_stats fills in. Start from TENSOR_LOAD_STATS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorLoadStats)
     */
    uint32_t struct_size;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * Tensors that look into a mapping of the file.
     */
    int64_t mapped_tensors;
    int64_t mapped_bytes;
    /**
     * Tensors with memory of their own.
     */
    int64_t copied_tensors;
    int64_t copied_bytes;
    /**
     * Of the copied ones: those that were to be mapped and could not, because their bytes are not aligned to their
     * elements, or are compressed or in another byte order.
     */
    int64_t unmappable_tensors;
} TensorLoadStats;

/**
 * For functions that load tensors from files. Start from TENSOR_LOAD_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorLoadOptions)
     */
    uint32_t struct_size;
    /**
     * One of TENSOR_MMAP_...
     */
    int32_t mmap;
    /**
     * Only the tensors of these names, in this order; a name that is not there is NOT_FOUND, one given twice
     * INVALID_ARGUMENT. NULL = all, in the order of the file.
     */
    const char *const *names;
    /**
     * How many.
     */
    size_t nnames;
    /**
     * Where the tensors are to be; {0, 0} = the CPU. Mapped memory is copied from the file straight to a CUDA device.
     */
    TensorDevice device;
} TensorLoadOptions;

/**
 * For functions that save tensors to files. Start from TENSOR_SAVE_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorSaveOptions)
     */
    uint32_t struct_size;
    /**
     * Smaller and slower, where the format can: .npz.
     */
    bool compress;
    /**
     * Must be 0.
     */
    uint8_t reserved[3];
} TensorSaveOptions;

/**
 * For tables as text. Start from TENSOR_CSV_OPTIONS_INIT.
 */
typedef struct {
    /**
     * sizeof(TensorCsvOptions)
     */
    uint32_t struct_size;
    /**
     * To load as; TENSOR_DTYPE_INVALID (0) = f64.
     */
    TensorDType dtype;
    /**
     * Where the tensors are to be that are loaded; {0, 0} = the CPU.
     */
    TensorDevice device;
    /**
     * Between fields: an ASCII sign that no number has. Default ','.
     */
    char delimiter;
    /**
     * The first line names the columns. Implied by names, and for dicts.
     */
    bool header;
    /**
     * The first column numbers the rows: not loaded, or written so.
     */
    bool index;
    /**
     * Must be 0.
     */
    uint8_t reserved[5];
    /**
     * To load: so many lines come before the table.
     */
    int64_t skip_rows;
    /**
     * To load: only these columns, in this order; one that is not there is NOT_FOUND. To save: the names of the columns.
     * NULL = none.
     */
    const char *const *names;
    /**
     * How many.
     */
    size_t nnames;
} TensorCsvOptions;

/**
 * Success.
 */
#define TENSOR_OK 0

/**
 * An argument has a value that the function does not take.
 */
#define TENSOR_ERR_INVALID_ARGUMENT 100

/**
 * A pointer that must not be NULL is NULL.
 */
#define TENSOR_ERR_NULL_POINTER 101

/**
 * An options struct has a bad struct_size, a reserved byte that is not 0, or an option that the function does not take.
 */
#define TENSOR_ERR_INVALID_OPTIONS 102

/**
 * A handle is NULL, was released, is of another kind, or never was a handle.
 */
#define TENSOR_ERR_INVALID_HANDLE 200

/**
 * Shapes or dims do not fit.
 */
#define TENSOR_ERR_SHAPE 300

/**
 * A dtype is unknown or does not fit.
 */
#define TENSOR_ERR_DTYPE 400

/**
 * A device is unknown, or tensors are on different devices.
 */
#define TENSOR_ERR_DEVICE 500

/**
 * The host asked for memory that is not on the CPU: call tensor_to_cpu first.
 */
#define TENSOR_ERR_NOT_ON_CPU 501

/**
 * An index leaves its dimension.
 */
#define TENSOR_ERR_INDEX 600

/**
 * No entry has that name.
 */
#define TENSOR_ERR_NOT_FOUND 601

/**
 * Memory in C order was asked for and the tensor has other strides.
 */
#define TENSOR_ERR_NOT_CONTIGUOUS 700

/**
 * Not enough memory.
 */
#define TENSOR_ERR_OUT_OF_MEMORY 800

/**
 * A write to memory that was lent read-only.
 */
#define TENSOR_ERR_READ_ONLY 801

/**
 * A buffer is not aligned to its element.
 */
#define TENSOR_ERR_MISALIGNED 802

/**
 * A write to memory that overlaps itself or an input.
 */
#define TENSOR_ERR_OVERLAP 803

/**
 * Shape, strides and offset reach outside of the buffer, or a buffer is too small.
 */
#define TENSOR_ERR_OUT_OF_BOUNDS 804

/**
 * The gradient rules forbid it.
 */
#define TENSOR_ERR_AUTOGRAD 900

/**
 * A value that backward needs was written in place since it was saved.
 */
#define TENSOR_ERR_MODIFIED 901

/**
 * The graph was freed by an earlier backward: pass retain_graph there.
 */
#define TENSOR_ERR_GRAPH_FREED 902

/**
 * The stream is being captured into a CUDA graph: it takes no work of this library, and cannot be waited for.
 */
#define TENSOR_ERR_CAPTURE 1000

/**
 * Reading or writing a file failed.
 */
#define TENSOR_ERR_IO 1100

/**
 * A file or a saved state is not in the expected format, or a DLPack struct is of another major version.
 */
#define TENSOR_ERR_FORMAT 1200

/**
 * CUDA reported an error.
 */
#define TENSOR_ERR_CUDA 1300

/**
 * There is no usable CUDA device; the message says why.
 */
#define TENSOR_ERR_CUDA_UNAVAILABLE 1301

/**
 * A callback of the caller failed.
 */
#define TENSOR_ERR_CALLBACK 1400

/**
 * The call was cancelled through a cancel token.
 */
#define TENSOR_ERR_CANCELLED 1500

/**
 * Not supported by this version or build.
 */
#define TENSOR_ERR_UNSUPPORTED 1600

/**
 * A defect of the library.
 */
#define TENSOR_ERR_INTERNAL 1700

/**
 * No dtype: what a question answers when it fails, and "the default" in options.
 */
#define TENSOR_DTYPE_INVALID 0

/**
 * One byte, read as != 0.
 */
#define TENSOR_DTYPE_BOOL 1

/**
 * uint8_t
 */
#define TENSOR_DTYPE_U8 2

/**
 * uint16_t
 */
#define TENSOR_DTYPE_U16 3

/**
 * uint32_t
 */
#define TENSOR_DTYPE_U32 4

/**
 * uint64_t
 */
#define TENSOR_DTYPE_U64 5

/**
 * int8_t
 */
#define TENSOR_DTYPE_I8 6

/**
 * int16_t
 */
#define TENSOR_DTYPE_I16 7

/**
 * int32_t
 */
#define TENSOR_DTYPE_I32 8

/**
 * int64_t
 */
#define TENSOR_DTYPE_I64 9

/**
 * IEEE half precision, two bytes.
 */
#define TENSOR_DTYPE_F16 10

/**
 * bfloat16: the upper two bytes of a float.
 */
#define TENSOR_DTYPE_BF16 11

/**
 * float
 */
#define TENSOR_DTYPE_F32 12

/**
 * double
 */
#define TENSOR_DTYPE_F64 13

/**
 * Reserved.
 */
#define TENSOR_DTYPE_COMPLEX64 14

/**
 * Reserved.
 */
#define TENSOR_DTYPE_COMPLEX128 15

/**
 * The host.
 */
#define TENSOR_DEVICE_CPU 1

/**
 * A CUDA device, by its ordinal as the driver counts; ordinal -1 is the current device of the calling thread.
 */
#define TENSOR_DEVICE_CUDA 2

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * The version as text, "0.1.0". Lives for ever.
 */
const char *tendon_version_string(void);

/**
 * The version in numbers. A pointer may be NULL.
 */
void tendon_version(int32_t *major, int32_t *minor, int32_t *patch);

/**
 * Whether this build on this machine has a feature: "cpu", "cuda", "cublas", "cudnn", "avx2", "avx512", "neon",
 * "parallel_for". False for names that it does not know.
 */
bool tendon_has_feature(const char *name);

/**
 * How many threads a computation may use, this one included; at least 1. As torch.set_num_threads.
 *
 * The default is what affinity and cgroup quota allow. Errors: INVALID_ARGUMENT.
 */
TENDON_MUST_USE TensorStatus tendon_set_num_threads(int32_t n);

/**
 * How many threads a computation may use. As torch.get_num_threads.
 */
int32_t tendon_num_threads(void);

/**
 * Parallel work runs through the host's `fn` from now on instead of the library's own threads; NULL = back to those.
 *
 * `fn` must stay valid while calls run that began under it. Set it while no other thread computes.
 */
TENDON_MUST_USE TensorStatus tendon_set_parallel_for(TendonParallelForFn fn, void *user_data);

/**
 * Why the last failed call of this thread failed: "tensor_matmul: a is [2, 3] and b is [4, 5]: ...". "" when none did.
 *
 * Borrowed until the next failing call of this thread. Successful calls leave it as it is. At most 1023 bytes, UTF-8.
 */
const char *tendon_last_error_message(void);

/**
 * The status of the last failed call of this thread; TENSOR_OK when none did.
 */
TENDON_MUST_USE TensorStatus tendon_last_error_status(void);

/**
 * Copies the message of tendon_last_error_message, cut to `capacity` bytes with its NUL.
 *
 * Returns the bytes that the whole message needs, its NUL included. `buffer` may be NULL when `capacity` is 0.
 */
size_t tendon_last_error_copy(char *buffer, size_t capacity);

/**
 * Forgets the last error of this thread.
 */
void tendon_clear_last_error(void);

/**
 * The name of a status, "TENSOR_ERR_SHAPE"; "TENSOR_ERR_UNKNOWN" for other numbers. Lives for ever.
 */
const char *tendon_status_name(TensorStatus status);

/**
 * Where the messages of failed calls go as well; NULL = nowhere (the default). For all threads.
 *
 * The one before may still be running on other threads when this returns.
 */
TENDON_MUST_USE TensorStatus tendon_set_log_callback(TendonLogFn fn, void *user_data);

/**
 * The random numbers of all threads start anew from `seed`. As torch.manual_seed.
 */
TENDON_MUST_USE TensorStatus tendon_manual_seed(uint64_t seed);

/**
 * Tensors alive, those that only graphs hold included.
 */
int64_t tendon_live_tensor_count(void);

/**
 * Pieces of memory that tensors use, borrowed ones included.
 */
int64_t tendon_live_storage_count(void);

/**
 * Handles of any kind that are not released yet. Takes time in proportion to the most there ever were.
 */
int64_t tendon_live_handle_count(void);

/**
 * Gives cached memory back to the system, that of the CPU (pinned too) and that of all CUDA devices; the number of bytes.
 */
int64_t tendon_release_cached_memory(void);

/**
 * How much CPU memory the library uses, in bytes; borrowed memory does not count. `out->struct_size` must be set.
 *
 * Errors: NULL_POINTER, INVALID_OPTIONS.
 */
TENDON_MUST_USE TensorStatus tendon_memory_info(TendonMemoryInfo *out);

/**
 * Makes a token that is not cancelled. `out`: new handle, release with tendon_cancel_token_release.
 */
TENDON_MUST_USE TensorStatus tendon_cancel_token_create(TendonCancelToken **out);

/**
 * Calls that compute, of the threads that watch this token, return TENSOR_ERR_CANCELLED soon, later ones at once, until
 * tendon_cancel_token_reset. Outputs and in-place targets of a cancelled call are unchanged. Safe from any thread.
 */
TENDON_MUST_USE TensorStatus tendon_cancel_token_cancel(TendonCancelToken *token);

/**
 * Makes a cancelled token as new. Safe from any thread.
 */
TENDON_MUST_USE TensorStatus tendon_cancel_token_reset(TendonCancelToken *token);

/**
 * Whether the token is cancelled.
 */
TENDON_MUST_USE TensorStatus tendon_cancel_token_is_cancelled(const TendonCancelToken *token, bool *out);

/**
 * Ends the handle; threads that watch the token go on watching it. NULL is fine.
 */
TensorStatus tendon_cancel_token_release(TendonCancelToken *token);

/**
 * The calls of this thread watch `token` from now on; NULL = none.
 */
TENDON_MUST_USE TensorStatus tendon_set_cancel_token(const TendonCancelToken *token);

/**
 * How many CUDA devices there are. Errors: CUDA_UNAVAILABLE when CUDA cannot be used; the message says why.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_device_count(int32_t *out);

/**
 * The device that TENSOR_CUDA_CURRENT, and ordinal -1 elsewhere, mean on this thread; 0 at first. Errors: NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_current_device(int32_t *out);

/**
 * Makes `device` the current one of this thread. Errors: DEVICE, CUDA_UNAVAILABLE.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_set_current_device(int32_t device);

/**
 * What `device` is and can do. `out->struct_size` must be set. Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER,
 * INVALID_OPTIONS.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_device_properties(int32_t device, TendonCudaDeviceProperties *out);

/**
 * Free and total memory of `device` in bytes, as the driver sees it: what other processes use is not free, nor is what
 * this library caches.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_memory_info(int32_t device, int64_t *free_bytes, int64_t *total_bytes);

/**
 * What the allocator of `device` holds and has done. `out->struct_size` must be set. As torch.cuda.memory_stats.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER, INVALID_OPTIONS.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_memory_stats(int32_t device, TendonCudaMemoryStats *out);

/**
 * Peaks count anew from what is in use now. As torch.cuda.reset_peak_memory_stats. Errors: DEVICE, CUDA_UNAVAILABLE.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_reset_peak_memory_stats(int32_t device);

/**
 * Whether copies between `device` and `peer` go directly (NVLink, PCIe), not through the host. They work either way. As
 * torch.cuda.can_device_access_peer.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_can_access_peer(int32_t device, int32_t peer, bool *out);

/**
 * Waits for all work of `device`, of every stream and thread. As torch.cuda.synchronize.
 *
 * Errors: INDEX for a bad index that a kernel of this thread's current stream met since it was last waited for, CUDA,
 * CAPTURE, DEVICE, CUDA_UNAVAILABLE.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_synchronize(int32_t device);

/**
 * A copy of `x` in pinned host memory, from and to which CUDA devices copy faster, and while the host goes on (see
 * TensorConvertOptions.non_blocking); `x` itself if it is there. As torch.Tensor.pin_memory.
 *
 * `x` is on the CPU. Errors: INVALID_HANDLE, NOT_ON_CPU, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_pin_memory(const Tensor *x, Tensor **out);

/**
 * Whether the elements of `x` lie in pinned host memory, allocated here or registered with CUDA by the caller.
 *
 * Errors: INVALID_HANDLE, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_is_pinned(const Tensor *x, bool *out);

/**
 * Makes a stream of `device`, which does not wait for the device's default stream. Lower priorities are more urgent; 0
 * is normal. As torch.cuda.Stream.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
 * tendon_cuda_stream_release.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_create(int32_t device, int32_t priority, TendonCudaStream **out);

/**
 * The caller's own stream of `device`, a cudaStream_t or CUstream; NULL and cudaStreamLegacy are the default stream.
 * cudaStreamPerThread, which is another stream on every thread, is not taken. As torch.cuda.ExternalStream.
 *
 * It must stay valid until the handle is released and no tensor used on it is left. Releasing the handle does not wait
 * for the stream, unless copies from pinned memory are under way. Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, INVALID_ARGUMENT (cudaStreamPerThread), OUT_OF_MEMORY,
 * NULL_POINTER. `out`: new handle, release with tendon_cuda_stream_release.
 */
TENDON_MUST_USE
TensorStatus tendon_cuda_stream_from_native(int32_t device,
                                            void *cuda_stream,
                                            TendonCudaStream **out);

/**
 * The stream of `device` that is current on this thread: the default stream, or that of the innermost
 * tendon_cuda_stream_begin. As torch.cuda.current_stream.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
 * tendon_cuda_stream_release.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_current_stream(int32_t device, TendonCudaStream **out);

/**
 * Ends the handle. The stream goes when nothing uses it any more, after its work is done. NULL is fine.
 */
TensorStatus tendon_cuda_stream_release(TendonCudaStream *stream);

/**
 * The stream as CUDA knows it, a cudaStream_t; NULL for the default stream. `*out`: borrowed until the handle is
 * released. Errors: INVALID_HANDLE, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_native(const TendonCudaStream *stream, void **out);

/**
 * The ordinal of the stream's device. Errors: INVALID_HANDLE, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_device(const TendonCudaStream *stream, int32_t *out);

/**
 * Ops of this thread on the stream's device go to `stream` from now on. As torch.cuda.stream.
 *
 * What one stream makes another may use only after waiting for it: tendon_cuda_stream_wait_stream. Backward runs each
 * op's part on the stream of its forward, and lets the stream that is current wait for the end. `out`: end with
 * tendon_cuda_stream_end, on this thread, inner ones first. Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_begin(const TendonCudaStream *stream, TendonCudaStreamScope **out);

/**
 * The stream before is current again. Errors: INVALID_HANDLE; INVALID_ARGUMENT when one begun after it is still open or
 * it was begun on another thread; nothing changes then.
 */
TensorStatus tendon_cuda_stream_end(TendonCudaStreamScope *scope);

/**
 * Waits for all work of the stream. As torch.cuda.Stream.synchronize.
 *
 * Errors: INVALID_HANDLE, INDEX for a bad index that one of its kernels met since it was last waited for (the element
 * was skipped), CUDA, CAPTURE.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_synchronize(const TendonCudaStream *stream);

/**
 * Whether all work of the stream is done. Errors: INVALID_HANDLE, CUDA, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_stream_is_done(const TendonCudaStream *stream, bool *out);

/**
 * Later work of `stream` waits for what `other` has been given so far. The host does not wait. Errors: INVALID_HANDLE,
 * CUDA.
 */
TENDON_MUST_USE
TensorStatus tendon_cuda_stream_wait_stream(const TendonCudaStream *stream,
                                            const TendonCudaStream *other);

/**
 * Later work of `stream` waits for `event`. The host does not wait. Errors: INVALID_HANDLE, CUDA.
 */
TENDON_MUST_USE
TensorStatus tendon_cuda_stream_wait_event(const TendonCudaStream *stream,
                                           const TendonCudaEvent *event);

/**
 * Makes an event of `device`; with `timing` it can tell times. As torch.cuda.Event.
 *
 * Errors: DEVICE, CUDA_UNAVAILABLE, CUDA. `out`: new handle, release with tendon_cuda_event_release.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_event_create(int32_t device, bool timing, TendonCudaEvent **out);

/**
 * Ends the handle. NULL is fine.
 */
TensorStatus tendon_cuda_event_release(TendonCudaEvent *event);

/**
 * The event becomes the point after what `stream`, of the same device, has been given so far. Errors: INVALID_HANDLE,
 * DEVICE, CUDA.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_event_record(const TendonCudaEvent *event, const TendonCudaStream *stream);

/**
 * Waits until the event is reached; at once if it was never recorded. Errors: INVALID_HANDLE, CUDA.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_event_synchronize(const TendonCudaEvent *event);

/**
 * Whether the event is reached. Errors: INVALID_HANDLE, CUDA, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_event_is_done(const TendonCudaEvent *event, bool *out);

/**
 * Milliseconds of device time between two recorded events with timing, both reached.
 *
 * Errors: INVALID_HANDLE, CUDA (not reached yet, or made without timing), NULL_POINTER.
 */
TENDON_MUST_USE
TensorStatus tendon_cuda_event_elapsed(const TendonCudaEvent *start,
                                       const TendonCudaEvent *end,
                                       float *out);

/**
 * The event as CUDA knows it, a cudaEvent_t. `*out`: borrowed until the handle is released. Errors: INVALID_HANDLE,
 * NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_cuda_event_native(const TendonCudaEvent *event, void **out);

/**
 * Borrows memory of the caller as a tensor, without a copy: element [0, 0, ...] lies at `data` + offset. As
 * torch.from_blob.
 *
 * `nbytes` is the size of the buffer: shape, strides and offset must stay within. `shape` has `ndim` sizes; NULL only if
 * `ndim` is 0. `data` must be aligned to its element, and may be NULL only when there are no elements. The memory must
 * stay valid until `options->release` is called (once, after the last tensor over it is gone), or else for as long as
 * any tensor uses it; when this function fails, release is not called. Nothing is read.
 *
 * Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED, NULL_POINTER, INVALID_OPTIONS. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_from_host_buffer(void *data,
                                     size_t nbytes,
                                     TensorDType dtype,
                                     const int64_t *shape,
                                     size_t ndim,
                                     const TensorHostBufferOptions *options,
                                     Tensor **out);

/**
 * Borrows memory of a CUDA device, without a copy: as tensor_from_host_buffer with a device address in `data`.
 *
 * Work of the caller's that writes the memory must come before this tensor's in the current stream of `device`, or be
 * waited for (tendon_cuda_stream_wait_event, tendon_cuda_stream_from_native). `options->release` is called once the
 * last tensor over the memory is gone and the device is done with it. As tensors over __cuda_array_interface__.
 *
 * Errors: as tensor_from_host_buffer, and DEVICE when `device` is no CUDA device or `data` lies elsewhere,
 * CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_from_device_buffer(void *data,
                                       size_t nbytes,
                                       TensorDevice device,
                                       TensorDType dtype,
                                       const int64_t *shape,
                                       size_t ndim,
                                       const TensorHostBufferOptions *options,
                                       Tensor **out);

/**
 * Copies `nbytes` bytes in C order into a new tensor. As torch.tensor over a buffer.
 *
 * `nbytes` must be the size of the shape in `dtype`. `data` needs no alignment. `options->dtype` must be 0 or `dtype`.
 *
 * Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, NULL_POINTER, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE. `out`: new
 * reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_from_host_copy(const void *data,
                                   size_t nbytes,
                                   TensorDType dtype,
                                   const int64_t *shape,
                                   size_t ndim,
                                   const TensorOptions *options,
                                   Tensor **out);

/**
 * Makes a queue for the release callbacks of borrowed memory and the deleters of DLPack structs: for programs whose
 * callbacks may not run just anywhere, such as the bindings of a language with a garbage collector or a global lock.
 *
 * The last use of borrowed memory may end in the midst of any call, on any thread: a backward that frees its graph, a
 * write, the deleter that another library calls. With options->release_queue the callback is not called there: the call
 * waits in the queue, and the memory stays lent, until tendon_release_queue_next hands it out. A queue may serve any
 * number of tensors, and is safe from any thread.
 *
 * Errors: NULL_POINTER, OUT_OF_MEMORY. `out`: new handle, release with tendon_release_queue_release.
 */
TENDON_MUST_USE TensorStatus tendon_release_queue_create(TendonReleaseQueue **out);

/**
 * The call that has waited longest, which leaves the queue and is yours to make, once:
 * `out->release(out->data, out->user_data)`. When none waits, out->release is NULL, and that is no error.
 *
 * Safe from any thread; each call is handed out once. Errors: INVALID_HANDLE, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tendon_release_queue_next(const TendonReleaseQueue *queue, TendonPendingRelease *out);

/**
 * How many calls wait; -1 for an invalid handle. Cheap enough to be asked at every turn of an event loop.
 */
TENDON_MUST_USE int64_t tendon_release_queue_count(const TendonReleaseQueue *queue);

/**
 * Ends the queue. The calls that wait are made before this function returns, on this thread; those of memory that is
 * still in use are made where that use ends, as without a queue. NULL is fine.
 */
TensorStatus tendon_release_queue_release(TendonReleaseQueue *queue);

/**
 * Uninitialised memory of a shape. As torch.empty.
 *
 * `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_empty(const int64_t *shape,
                          size_t ndim,
                          const TensorOptions *options,
                          Tensor **out);

/**
 * All 0. As torch.zeros.
 *
 * `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_zeros(const int64_t *shape,
                          size_t ndim,
                          const TensorOptions *options,
                          Tensor **out);

/**
 * All 1. As torch.ones.
 *
 * `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ones(const int64_t *shape, size_t ndim, const TensorOptions *options, Tensor **out);

/**
 * All `value`. As torch.full.
 *
 * The default dtype is that of the value: bool, i64 or f32.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_full(const int64_t *shape,
                         size_t ndim,
                         TensorScalar value,
                         const TensorOptions *options,
                         Tensor **out);

/**
 * One number as a tensor of rank 0. As torch.tensor(value).
 *
 * The default dtype is that of the value: bool, i64 or f32.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_scalar(TensorScalar value, const TensorOptions *options, Tensor **out);

/**
 * start, start + step, ... before `end`: ceil((end - start) / step) numbers, in shape [n]. As torch.arange.
 *
 * The default dtype is i64 when all three are integers, else f32. Errors: INVALID_ARGUMENT when step is 0 or leads
 * away from end; else as tensor_full. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_arange(TensorScalar start,
                           TensorScalar end,
                           TensorScalar step,
                           const TensorOptions *options,
                           Tensor **out);

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included, in shape [steps]. As torch.linspace.
 *
 * The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
 * AUTOGRAD. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_linspace(double start,
                             double end,
                             int64_t steps,
                             const TensorOptions *options,
                             Tensor **out);

/**
 * 1 on the diagonal and 0 elsewhere, in shape [n, m]. As torch.eye.
 *
 * The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
 * AUTOGRAD. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_eye(int64_t n, int64_t m, const TensorOptions *options, Tensor **out);

/**
 * Random numbers, uniform on [0, 1). As torch.rand.
 *
 * The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
 * number of threads.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_rand(const int64_t *shape, size_t ndim, const TensorOptions *options, Tensor **out);

/**
 * Random numbers of the standard normal distribution. As torch.randn.
 *
 * The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
 * number of threads.
 *
 * Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_randn(const int64_t *shape,
                          size_t ndim,
                          const TensorOptions *options,
                          Tensor **out);

/**
 * Random integers from `low` up to, not including, `high`. As torch.randint.
 *
 * The default dtype is i64. Errors: INVALID_ARGUMENT when low is not less than high; else as tensor_zeros. `out`:
 * new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_randint(int64_t low,
                            int64_t high,
                            const int64_t *shape,
                            size_t ndim,
                            const TensorOptions *options,
                            Tensor **out);

/**
 * 0, 1, ..., n - 1 in random order, in shape [n]. As torch.randperm.
 *
 * The default dtype is i64. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
 * AUTOGRAD. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_randperm(int64_t n, const TensorOptions *options, Tensor **out);

/**
 * Uninitialised memory, in the shape of `x` and C order. As torch.empty_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_empty. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_empty_like(const Tensor *x, const TensorOptions *options, Tensor **out);

/**
 * All 0, in the shape of `x` and C order. As torch.zeros_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_zeros. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_zeros_like(const Tensor *x, const TensorOptions *options, Tensor **out);

/**
 * All 1, in the shape of `x` and C order. As torch.ones_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_ones. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ones_like(const Tensor *x, const TensorOptions *options, Tensor **out);

/**
 * Random numbers, uniform on [0, 1), in the shape of `x` and C order. As torch.rand_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_rand. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_rand_like(const Tensor *x, const TensorOptions *options, Tensor **out);

/**
 * Random numbers of the standard normal distribution, in the shape of `x` and C order. As torch.randn_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_randn. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_randn_like(const Tensor *x, const TensorOptions *options, Tensor **out);

/**
 * All `value`, in the shape of `x` and C order. As torch.full_like.
 *
 * Dtype and device are those of `x` unless the options say otherwise.
 *
 * Errors: INVALID_HANDLE; else as tensor_full. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_full_like(const Tensor *x,
                              TensorScalar value,
                              const TensorOptions *options,
                              Tensor **out);

/**
 * How many dimensions. As torch.Tensor.ndim.
 */
int32_t tensor_ndim(const Tensor *x);

/**
 * The size of a dimension, in elements; negative dims count from the end. As torch.Tensor.size. Errors: INVALID_HANDLE,
 * SHAPE.
 */
int64_t tensor_size(const Tensor *x, int64_t dim);

/**
 * The step of a dimension, in elements; negative dims count from the end. As torch.Tensor.stride. A stride can itself be
 * -1: where negative strides may be, ask tensor_strides. Errors: INVALID_HANDLE, SHAPE.
 */
int64_t tensor_stride(const Tensor *x,
                      int64_t dim);

/**
 * How many elements. As torch.Tensor.numel.
 */
int64_t tensor_numel(const Tensor *x);

/**
 * How many bytes the elements have without gaps: numel times the size of the dtype. As torch.Tensor.nbytes.
 */
int64_t tensor_nbytes(const Tensor *x);

/**
 * Where element [0, 0, ...] lies in its memory, in elements. As torch.Tensor.storage_offset.
 */
int64_t tensor_storage_offset(const Tensor *x);

/**
 * Writes the sizes, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
 * NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_shape(const Tensor *x, int64_t *out, size_t capacity);

/**
 * Writes the strides, in elements, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE,
 * INVALID_ARGUMENT, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_strides(const Tensor *x, int64_t *out, size_t capacity);

/**
 * The dtype; TENSOR_DTYPE_INVALID on failure.
 */
TensorDType tensor_dtype(const Tensor *x);

/**
 * Where the elements live.
 */
TENDON_MUST_USE TensorStatus tensor_device(const Tensor *x, TensorDevice *out);

/**
 * 1 if the elements lie in C order without gaps, 0 if not, -1 on failure. As torch.Tensor.is_contiguous.
 */
int32_t tensor_is_contiguous(const Tensor *x);

/**
 * 1 if no recorded op made it, 0 if one did, -1 on failure. As torch.Tensor.is_leaf.
 */
int32_t tensor_is_leaf(const Tensor *x);

/**
 * 1 if ops on it are recorded, 0 if not, -1 on failure. As torch.Tensor.requires_grad.
 */
int32_t tensor_requires_grad(const Tensor *x);

/**
 * 1 if it looks into the memory of another tensor, 0 if not, -1 on failure.
 */
int32_t tensor_is_view(const Tensor *x);

/**
 * 1 if its memory was lent read-only, 0 if not, -1 on failure.
 */
int32_t tensor_is_read_only(const Tensor *x);

/**
 * 1 if it was made in inference mode, 0 if not, -1 on failure. As torch.Tensor.is_inference.
 */
int32_t tensor_is_inference(const Tensor *x);

/**
 * 1 if both handles are of one and the same tensor, 0 if not, -1 on failure.
 */
int32_t tensor_is_same(const Tensor *a, const Tensor *b);

/**
 * 1 if the two tensors may have bytes in common (the ranges of their elements meet), 0 if not, -1 on failure.
 */
int32_t tensor_shares_memory(const Tensor *a, const Tensor *b);

/**
 * How often the memory was written, through any tensor that shares it. As torch.Tensor._version.
 */
int64_t tensor_version(const Tensor *x);

/**
 * Bytes of one element; 0 for what is no dtype, with the error stored.
 */
size_t tensor_dtype_size(TensorDType dtype);

/**
 * The name of a dtype: "f32", "bool"; "invalid" for what is none. Lives for ever.
 */
const char *tensor_dtype_name(TensorDType dtype);

/**
 * The smallest dtype that both convert to. As torch.promote_types. Errors: DTYPE.
 */
TENDON_MUST_USE TensorStatus tensor_promote_types(TensorDType a, TensorDType b, TensorDType *out);

/**
 * The dtype that arithmetic over these tensors has. As torch.result_type: a tensor of rank 0 counts only when its dtype
 * is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when there are none.
 */
TENDON_MUST_USE TensorStatus tensor_result_type(const Tensor *const *tensors, size_t n, TensorDType *out);

/**
 * Writes the tensor as PyTorch prints it, with a NUL at the end.
 *
 * `*needed` is set to the bytes of the text, its NUL included; `needed` may be NULL. `buffer` may be NULL when `capacity`
 * is 0, to ask for the size. Errors: INVALID_HANDLE, INVALID_ARGUMENT when `capacity` is less than needed (then nothing
 * is written to `buffer`), INVALID_OPTIONS, OUT_OF_MEMORY.
 */
TENDON_MUST_USE
TensorStatus tensor_to_string(const Tensor *x,
                              const TensorPrintOptions *options,
                              char *buffer,
                              size_t capacity,
                              size_t *needed);

/**
 * The tensor on the CPU: itself if it is there, else a copy, for which pending device work is awaited. Recorded for
 * backward. As torch.Tensor.cpu.
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY, CUDA. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_to_cpu(const Tensor *x, Tensor **out);

/**
 * The elements of a CUDA tensor in C order as a device address, for reading by kernels and libraries of the caller's.
 *
 * The address is for work in the current stream of the tensor's device, or in another that waits for it. Errors:
 * INVALID_HANDLE, DEVICE, NOT_CONTIGUOUS (call tensor_contiguous). `*out`: borrowed until the last handle of the tensor is
 * released; work that uses it must be in the stream by then.
 */
TENDON_MUST_USE
TensorStatus tensor_cuda_data(const Tensor *x,
                              const void **out);

/**
 * As tensor_cuda_data, for writing. Counts as a write at the time of the call: see tensor_version.
 *
 * Errors: as tensor_cuda_data, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records (detach first).
 */
TENDON_MUST_USE
TensorStatus tensor_cuda_data_mut(Tensor *x,
                                  void **out);

/**
 * The elements in C order, for reading.
 *
 * Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS (call tensor_contiguous, or tensor_data_strided and read the
 * strides). `*out`: borrowed until the last handle of the tensor is released.
 */
TENDON_MUST_USE TensorStatus tensor_data(const Tensor *x, const void **out);

/**
 * The elements in C order, for writing. Counts as a write at the time of the call: see tensor_version.
 *
 * Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread
 * records (detach first). `*out`: borrowed until the last handle of the tensor is released.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut(Tensor *x, void **out);

/**
 * The address of element [0, 0, ...], for reading; the others lie at multiples of tensor_strides, in elements.
 *
 * Errors: INVALID_HANDLE, NOT_ON_CPU. `*out`: borrowed until the last handle of the tensor is released.
 */
TENDON_MUST_USE TensorStatus tensor_data_strided(const Tensor *x, const void **out);

/**
 * The address of element [0, 0, ...], for writing; the others lie at multiples of tensor_strides, in elements. Counts as
 * a write at the time of the call.
 *
 * Errors: INVALID_HANDLE, NOT_ON_CPU, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records (detach
 * first). `*out`: borrowed until the last handle of the tensor is released.
 */
TENDON_MUST_USE
TensorStatus tensor_data_mut_strided(Tensor *x,
                                     void **out);

/**
 * Copies the elements in C order, in the tensor's dtype, from any device. Not recorded.
 *
 * `nbytes` is the size of `buffer`, at least tensor_nbytes(x); it needs no alignment. Errors: INVALID_HANDLE,
 * OUT_OF_BOUNDS when the buffer is too small, NULL_POINTER, OUT_OF_MEMORY, CUDA.
 */
TENDON_MUST_USE TensorStatus tensor_copy_to_host(const Tensor *x, void *buffer, size_t nbytes);

/**
 * The one element: a BOOL, INT or FLOAT by the dtype. As torch.Tensor.item.
 *
 * Errors: INVALID_HANDLE, SHAPE when there is not one element, NOT_ON_CPU, INVALID_ARGUMENT for a u64 above INT64_MAX.
 */
TENDON_MUST_USE TensorStatus tensor_item(const Tensor *x, TensorScalar *out);

/**
 * The one element as a double. Errors: as tensor_item, without INVALID_ARGUMENT.
 */
TENDON_MUST_USE TensorStatus tensor_item_f64(const Tensor *x, double *out);

/**
 * The one element as an int64_t; floats are rounded towards zero. Errors: as tensor_item, and INVALID_ARGUMENT for what
 * does not fit (NaN, infinities, large numbers).
 */
TENDON_MUST_USE TensorStatus tensor_item_i64(const Tensor *x, int64_t *out);

/**
 * Whether the one element is not 0. Errors: as tensor_item, without INVALID_ARGUMENT.
 */
TENDON_MUST_USE TensorStatus tensor_item_bool(const Tensor *x, bool *out);

/**
 * The bool elements (bool: any byte but 0 is true) of `x` in C order, for reading. As tensor_data, and DTYPE when
 * `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_bool(const Tensor *x, const bool **out);

/**
 * The u8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_u8(const Tensor *x, const uint8_t **out);

/**
 * The u16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_u16(const Tensor *x, const uint16_t **out);

/**
 * The u32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_u32(const Tensor *x, const uint32_t **out);

/**
 * The u64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_u64(const Tensor *x, const uint64_t **out);

/**
 * The i8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_i8(const Tensor *x, const int8_t **out);

/**
 * The i16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_i16(const Tensor *x, const int16_t **out);

/**
 * The i32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_i32(const Tensor *x, const int32_t **out);

/**
 * The i64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_i64(const Tensor *x, const int64_t **out);

/**
 * The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for reading. As tensor_data, and
 * DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_f16(const Tensor *x, const uint16_t **out);

/**
 * The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for reading. As tensor_data, and DTYPE when
 * `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_bf16(const Tensor *x, const uint16_t **out);

/**
 * The f32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_f32(const Tensor *x, const float **out);

/**
 * The f64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_f64(const Tensor *x, const double **out);

/**
 * The bool elements (bool: any byte but 0 is true) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
 * when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_bool(Tensor *x, bool **out);

/**
 * The u8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_u8(Tensor *x, uint8_t **out);

/**
 * The u16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_u16(Tensor *x, uint16_t **out);

/**
 * The u32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_u32(Tensor *x, uint32_t **out);

/**
 * The u64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_u64(Tensor *x, uint64_t **out);

/**
 * The i8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_i8(Tensor *x, int8_t **out);

/**
 * The i16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_i16(Tensor *x, int16_t **out);

/**
 * The i32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_i32(Tensor *x, int32_t **out);

/**
 * The i64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_i64(Tensor *x, int64_t **out);

/**
 * The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for writing. As tensor_data_mut,
 * and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_f16(Tensor *x, uint16_t **out);

/**
 * The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
 * when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_bf16(Tensor *x, uint16_t **out);

/**
 * The f32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_f32(Tensor *x, float **out);

/**
 * The f64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
 */
TENDON_MUST_USE TensorStatus tensor_data_mut_f64(Tensor *x, double **out);

/**
 * The tensor's memory as a DLPack struct of the older form, without a version, for another library; nothing is copied.
 * As torch.utils.dlpack.to_dlpack.
 *
 * The struct describes the memory of `x` as it is: its strides, its device (pinned host memory is CPU memory). Both
 * sides see what either writes, and what the consumer writes is not counted by tensor_version. A tensor that requires
 * grad must be detached first. On CUDA, what the current stream has been given so far is done before later work of
 * options->stream; the consumer's work must be done when it calls the deleter, unless it runs on a stream that
 * options->stream_stays_valid speaks of.
 *
 * Errors: INVALID_HANDLE, AUTOGRAD, READ_ONLY when the memory is read-only, which this form cannot say, DEVICE when
 * options->device is another and options->copy forbids the copy, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER,
 * OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: owned by the consumer, who calls its deleter once, on any thread, also
 * after `x` was released; the memory lives until then.
 */
TENDON_MUST_USE
TensorStatus tensor_to_dlpack(const Tensor *x,
                              const TensorDlpackOptions *options,
                              struct DLManagedTensor **out);

/**
 * The tensor's memory as a DLPack 1.1 struct for another library; nothing is copied. As torch.Tensor.__dlpack__ with a
 * max_version of 1.0 or later.
 *
 * As tensor_to_dlpack, but read-only memory is exported with the flag that says so. Errors: as tensor_to_dlpack without
 * READ_ONLY, and UNSUPPORTED when the wished max_version is before 1.0. `out`: owned by the consumer, who calls its deleter
 * once, on any thread, also after `x` was released; the memory lives until then.
 */
TENDON_MUST_USE
TensorStatus tensor_to_dlpack_versioned(const Tensor *x,
                                        const TensorDlpackOptions *options,
                                        struct DLManagedTensorVersioned **out);

/**
 * A tensor over the memory of another library's DLPack struct of the older form, without a copy. As torch.from_dlpack.
 *
 * On success the tensor owns `managed`: its deleter (if not NULL) is called once, when the last tensor over the memory
 * is gone and, on CUDA, the streams that used it are done with it; on any thread. When this function fails, `managed` is
 * as it was and still the caller's. Memory of the CPU, of a CUDA device, pinned (a CPU tensor) and managed (a CUDA
 * tensor) is taken. Elements that are not aligned to their size are copied, unless options->copy forbids it; then, and
 * with any other copy, the deleter is due before this function returns.
 *
 * Errors: NULL_POINTER, UNSUPPORTED for element types that have no dtype, DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED, DEVICE
 * for other devices, for an address that is not on the device, and when options->device needs a copy that options->copy
 * forbids, INVALID_ARGUMENT, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_from_dlpack(struct DLManagedTensor *managed,
                                const TensorDlpackOptions *options,
                                Tensor **out);

/**
 * A tensor over the memory of another library's DLPack 1.x struct, without a copy. As torch.from_dlpack.
 *
 * As tensor_from_dlpack; where the struct says that the memory is read-only, writes to the tensor are errors. One
 * failure consumes `managed`, and no other error is FORMAT: a struct of another major version than 1 cannot be read, so
 * its deleter is due at once.
 *
 * Errors: as tensor_from_dlpack, and FORMAT. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_from_dlpack_versioned(struct DLManagedTensorVersioned *managed,
                                          const TensorDlpackOptions *options,
                                          Tensor **out);

/**
 * The tensor on `device`: itself if it is there, unless the options ask for a copy. As torch.Tensor.to(device).
 *
 * Recorded for backward. Work on a CUDA device goes on after calls return; this one returns when the memory of `x` may
 * be changed (see options->non_blocking), and a copy to the CPU when it is there.
 * Errors: INVALID_HANDLE, DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, INVALID_OPTIONS. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_to_device(const Tensor *x,
                              TensorDevice device,
                              const TensorConvertOptions *options,
                              Tensor **out);

/**
 * The tensor in `dtype`: itself if it has it, unless the options ask for a copy. As torch.Tensor.to(dtype).
 *
 * Floats become integers by rounding towards zero. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY, INVALID_OPTIONS.
 * `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_to_dtype(const Tensor *x,
                             TensorDType dtype,
                             const TensorConvertOptions *options,
                             Tensor **out);

/**
 * The tensor in C order: itself if it is, else a copy. As torch.Tensor.contiguous.
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_contiguous(const Tensor *x, Tensor **out);

/**
 * A copy in C order, in memory of its own; recorded for backward. As torch.clone.
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_clone(const Tensor *x, Tensor **out);

/**
 * Another handle of the same tensor, for another owner.
 *
 * Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_retain(const Tensor *x, Tensor **out);

/**
 * Ends this handle. The tensor goes when no handle, view or graph has it any more. NULL is fine.
 *
 * A call of another thread that uses the handle at this moment ends as it began. Errors: INVALID_HANDLE when it was
 * released before (nothing happens then).
 */
TensorStatus tensor_release(Tensor *x);

/**
 * Opens a scope: tensor handles made on this thread from now on are released at its end. Scopes nest.
 *
 * A scope that is open when its thread ends stays open, and its handles stay live. `out`: end with tensor_scope_end, on
 * this thread, inner scopes first.
 */
TENDON_MUST_USE TensorStatus tensor_scope_begin(TensorScope **out);

/**
 * Lets `x` outlive `scope`: it now belongs to the scope around it, or to nobody but its owner.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT when the scope was begun on another thread.
 */
TENDON_MUST_USE TensorStatus tensor_scope_keep(TensorScope *scope, const Tensor *x);

/**
 * Ends a scope and releases the tensor handles made in it, but for those kept and those released before.
 *
 * Errors: INVALID_HANDLE; INVALID_ARGUMENT when a scope begun after it is still open or it was begun on another thread;
 * nothing changes then.
 */
TensorStatus tensor_scope_end(TensorScope *scope);

/**
 * Starts or stops recording ops on a leaf. As torch.Tensor.requires_grad_.
 *
 * Errors: INVALID_HANDLE, AUTOGRAD for a dtype that is not a float, a tensor made in inference mode, or switching off
 * what an op made.
 */
TENDON_MUST_USE TensorStatus tensor_set_requires_grad(Tensor *x, bool on);

/**
 * Adds the gradient of `loss` with respect to every leaf that requires grad to the gradient of that leaf. As
 * torch.Tensor.backward.
 *
 * `loss` has one element, or the options give its gradient. The graph is freed unless retain_graph or create_graph is
 * set. Errors: INVALID_HANDLE, AUTOGRAD, MODIFIED, GRAPH_FREED, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY; then no
 * gradient has changed.
 */
TENDON_MUST_USE TensorStatus tensor_backward(Tensor *loss, const TensorBackwardOptions *options);

/**
 * The gradient that backward left; NULL and TENSOR_OK when there is none. As torch.Tensor.grad.
 *
 * Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release; the tensor itself, not a copy.
 */
TENDON_MUST_USE TensorStatus tensor_grad(const Tensor *x, Tensor **out);

/**
 * Makes `grad` the gradient of `x`; NULL clears it. The tensor itself, not a copy. As torch.Tensor.grad = ...
 *
 * `grad` has the shape, dtype and device of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, CUDA.
 */
TENDON_MUST_USE TensorStatus tensor_set_grad(Tensor *x, const Tensor *grad);

/**
 * Gives `x` a gradient of zeros if it has a gradient. (tensor_optimizer_zero_grad takes gradients away.)
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_zero_grad(Tensor *x);

/**
 * The gradients of `output` with respect to `n` inputs; none is accumulated. As torch.autograd.grad.
 *
 * `out` has room for `n` handles. An input without influence is an error, or NULL with allow_unused.
 * Errors: as tensor_backward. Each handle: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_grad_of(const Tensor *output,
                            const Tensor *const *inputs,
                            size_t n,
                            const TensorGradOptions *options,
                            Tensor **out);

/**
 * A tensor over the same memory that is not part of the graph. As torch.Tensor.detach.
 *
 * Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_detach(const Tensor *x, Tensor **out);

/**
 * This thread records nothing from now on. As torch.no_grad.
 *
 * `out`: end with tensor_mode_end, on this thread, later modes first.
 */
TENDON_MUST_USE TensorStatus tensor_no_grad_begin(TensorMode **out);

/**
 * This thread records nothing from now on, and what it makes can never be part of a graph. As torch.inference_mode.
 *
 * `out`: end with tensor_mode_end, on this thread, later modes first.
 */
TENDON_MUST_USE TensorStatus tensor_inference_mode_begin(TensorMode **out);

/**
 * This thread records from now on, also within tensor_no_grad_begin. As torch.enable_grad.
 *
 * `out`: end with tensor_mode_end, on this thread, later modes first.
 */
TENDON_MUST_USE TensorStatus tensor_enable_grad_begin(TensorMode **out);

/**
 * Ends a mode; the one before is back.
 *
 * Errors: INVALID_HANDLE; INVALID_ARGUMENT when a mode begun after it is still on or it was begun on another thread;
 * nothing changes then.
 */
TensorStatus tensor_mode_end(TensorMode *mode);

/**
 * 1 if this thread records for backward, 0 if not (no-grad or inference mode). As torch.is_grad_enabled.
 */
int32_t tensor_grad_mode_enabled(void);

/**
 * The elements in C order under another shape; one size may be -1, which is then worked out. As torch.reshape.
 *
 * A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE when the numbers of elements
 * differ. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_reshape(const Tensor *x, const int64_t *shape, size_t ndim, Tensor **out);

/**
 * The elements in C order under another shape, without a copy; one size may be -1. As torch.Tensor.view.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE when the numbers of elements differ,
 * NOT_CONTIGUOUS when the strides do not allow it: use tensor_reshape. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_view(const Tensor *x, const int64_t *shape, size_t ndim, Tensor **out);

/**
 * Sizes of 1 stretched to the sizes of `shape`, new dimensions in front; -1 keeps a size. As torch.Tensor.expand.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_expand(const Tensor *x, const int64_t *shape, size_t ndim, Tensor **out);

/**
 * The dimensions from `start_dim` to `end_dim`, both included, as one. As torch.flatten; 0 and -1 flatten all.
 *
 * A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_flatten(const Tensor *x, int64_t start_dim, int64_t end_dim, Tensor **out);

/**
 * Two dimensions swapped. As torch.transpose.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_transpose(const Tensor *x, int64_t dim0, int64_t dim1, Tensor **out);

/**
 * The dimensions in the order of `dims`, which names each once. As torch.permute.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, NULL_POINTER. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_permute(const Tensor *x, const int64_t *dims, size_t ndims, Tensor **out);

/**
 * Without the dimensions of size 1 among `dims`; NULL or none = all of size 1. As torch.squeeze.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_squeeze(const Tensor *x, const int64_t *dims, size_t ndims, Tensor **out);

/**
 * With a new dimension of size 1 before `dim`; negative dims count from the end of the new shape. As
 * torch.unsqueeze.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_unsqueeze(const Tensor *x, int64_t dim, Tensor **out);

/**
 * The part at `index` of `dim`, which disappears; -1 is the last. As torch.select.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_select(const Tensor *x, int64_t dim, int64_t index, Tensor **out);

/**
 * start, start + step, ... before `end` along `dim`. As x[start:end:step] in PyTorch: bounds count from the end when
 * negative and are cut to the size (INT64_MAX = to the end); step is at least 1.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_slice(const Tensor *x,
                          int64_t dim,
                          int64_t start,
                          int64_t end,
                          int64_t step,
                          Tensor **out);

/**
 * `length` places from `start` along `dim`. As torch.narrow.
 *
 * A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX when they leave the dimension. `out`:
 * new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_narrow(const Tensor *x, int64_t dim, int64_t start, int64_t length, Tensor **out);

/**
 * Views of `size` places each along `dim`, the last one smaller if need be. As torch.split.
 *
 * `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
 * handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
 * handle: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_split(const Tensor *x,
                          int64_t size,
                          int64_t dim,
                          Tensor **out,
                          size_t capacity,
                          size_t *count);

/**
 * At most `chunks` views of equal size along `dim`, the last one smaller if need be. As torch.chunk.
 *
 * `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
 * handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
 * handle: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_chunk(const Tensor *x,
                          int64_t chunks,
                          int64_t dim,
                          Tensor **out,
                          size_t capacity,
                          size_t *count);

/**
 * The tensors one after another along `dim`, in which alone they may differ. As torch.cat.
 *
 * A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
 * there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_cat(const Tensor *const *tensors, size_t n, int64_t dim, Tensor **out);

/**
 * The tensors, all of one shape, along a new dimension `dim`. As torch.stack.
 *
 * A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
 * there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_stack(const Tensor *const *tensors, size_t n, int64_t dim, Tensor **out);

/**
 * `a + b`. As torch.add.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_add(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * `a - b`. As torch.sub; not for bool.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sub(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * `a * b`. As torch.mul.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_mul(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * `a / b`. As torch.div.
 *
 * The shapes are broadcast. Without rounding integers become f32; with TENSOR_ROUNDING_TRUNC or _FLOOR the dtype is
 * the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_div(const Tensor *a,
                        const Tensor *b,
                        const TensorDivOptions *options,
                        Tensor **out);

/**
 * `a` to the power of `b`. As torch.pow.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_pow(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * The larger of `a` and `b`; NaN where one is. As torch.maximum.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_maximum(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * The smaller of `a` and `b`; NaN where one is. As torch.minimum.
 *
 * The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_minimum(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * `a + b`. As torch.add with a number.
 *
 * The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
 * INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_add_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * `a - b`. As torch.sub with a number.
 *
 * The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
 * INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sub_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * `a * b`. As torch.mul with a number.
 *
 * The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
 * INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_mul_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * `a / b`, without rounding. As torch.div with a number.
 *
 * Integers become f32. Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_div_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * `a` to the power of `b`. As torch.pow with a number.
 *
 * The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
 * INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_pow_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * `a` where `cond` is true, `b` elsewhere. As torch.where.
 *
 * `cond` is bool; the three shapes are broadcast, the dtype is the promotion of `a` and `b`. Errors:
 * INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_where(const Tensor *cond, const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Each element brought within [low, high]; NULL leaves a side open. As torch.clamp.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_clamp(const Tensor *x,
                          const TensorScalar *low,
                          const TensorScalar *high,
                          Tensor **out);

/**
 * x Phi(x), with Phi the distribution function of the normal distribution. As torch.nn.functional.gelu.
 *
 * Errors: INVALID_HANDLE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_gelu(const Tensor *x, const TensorGeluOptions *options, Tensor **out);

/**
 * Each element 0 with probability `p`, else divided by 1 - p. As torch.nn.functional.dropout.
 *
 * With the option `inference` (or p = 0) it is `x` itself. Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when p
 * is not in [0, 1], INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_dropout(const Tensor *x,
                            double p,
                            const TensorDropoutOptions *options,
                            Tensor **out);

/**
 * Where `a` equals `b`: `a == b`, as bool. As torch.eq.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_eq(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` differs from `b`: `a != b`, as bool. As torch.ne.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ne(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` is less than `b`: `a < b`, as bool. As torch.lt.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_lt(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` is at most `b`: `a <= b`, as bool. As torch.le.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_le(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` is greater than `b`: `a > b`, as bool. As torch.gt.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_gt(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` is at least `b`: `a >= b`, as bool. As torch.ge.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ge(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `a` equals `b`: `a == b`, as bool. As torch.eq with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_eq_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where `a` differs from `b`: `a != b`, as bool. As torch.ne with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ne_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where `a` is less than `b`: `a < b`, as bool. As torch.lt with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_lt_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where `a` is at most `b`: `a <= b`, as bool. As torch.le with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_le_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where `a` is greater than `b`: `a > b`, as bool. As torch.gt with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_gt_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where `a` is at least `b`: `a >= b`, as bool. As torch.ge with a number.
 *
 * Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ge_scalar(const Tensor *a, TensorScalar b, Tensor **out);

/**
 * Where both are not 0, as bool. As torch.logical_and.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_logical_and(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where one of them is not 0, as bool. As torch.logical_or.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_logical_or(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where exactly one of them is not 0, as bool. As torch.logical_xor.
 *
 * The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
 * release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_logical_xor(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * Where `x` is 0, as bool. As torch.logical_not.
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_logical_not(const Tensor *x, Tensor **out);

/**
 * Where `x` is NaN, as bool. As torch.isnan.
 *
 * Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_isnan(const Tensor *x, Tensor **out);

/**
 * -x. As torch.neg; not for bool.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_neg(const Tensor *x, Tensor **out);

/**
 * |x|. As torch.abs.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_abs(const Tensor *x, Tensor **out);

/**
 * -1, 0 or 1. As torch.sign.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sign(const Tensor *x, Tensor **out);

/**
 * e to the power of x. As torch.exp.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_exp(const Tensor *x, Tensor **out);

/**
 * The natural logarithm. As torch.log.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_log(const Tensor *x, Tensor **out);

/**
 * The square root. As torch.sqrt.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sqrt(const Tensor *x, Tensor **out);

/**
 * 1 / sqrt(x). As torch.rsqrt.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_rsqrt(const Tensor *x, Tensor **out);

/**
 * 1 / x. As torch.reciprocal.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_reciprocal(const Tensor *x, Tensor **out);

/**
 * x * x. As torch.square.
 *
 * The dtype stays (bool becomes i64). Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_square(const Tensor *x, Tensor **out);

/**
 * The sine of radians. As torch.sin.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sin(const Tensor *x, Tensor **out);

/**
 * The cosine of radians. As torch.cos.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_cos(const Tensor *x, Tensor **out);

/**
 * The hyperbolic tangent. As torch.tanh.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_tanh(const Tensor *x, Tensor **out);

/**
 * 1 / (1 + exp(-x)). As torch.sigmoid.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_sigmoid(const Tensor *x, Tensor **out);

/**
 * max(x, 0). As torch.relu.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_relu(const Tensor *x, Tensor **out);

/**
 * log(1 + exp(x)); x itself above 20. As torch.nn.functional.softplus.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_softplus(const Tensor *x, Tensor **out);

/**
 * The error function. As torch.erf.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_erf(const Tensor *x, Tensor **out);

/**
 * exp(x) - 1, exact near 0. As torch.expm1.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_expm1(const Tensor *x, Tensor **out);

/**
 * log(1 + x), exact near 0. As torch.log1p.
 *
 * Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_log1p(const Tensor *x, Tensor **out);

/**
 * Rounded down. As torch.floor.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_floor(const Tensor *x, Tensor **out);

/**
 * Rounded up. As torch.ceil.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_ceil(const Tensor *x, Tensor **out);

/**
 * Rounded to the nearest integer, halves to even. As torch.round.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_round(const Tensor *x, Tensor **out);

/**
 * Rounded towards zero. As torch.trunc.
 *
 * The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_trunc(const Tensor *x, Tensor **out);

/**
 * `x = x + b` in place. As torch.Tensor.add_.
 *
 * `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_add_(Tensor *x, const Tensor *b);

/**
 * `x = x - b` in place. As torch.Tensor.sub_.
 *
 * `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_sub_(Tensor *x, const Tensor *b);

/**
 * `x = x * b` in place. As torch.Tensor.mul_.
 *
 * `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_mul_(Tensor *x, const Tensor *b);

/**
 * `x = x / b` in place. As torch.Tensor.div_.
 *
 * `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_div_(Tensor *x, const Tensor *b);

/**
 * `x = x + b` in place. As torch.Tensor.add_ with a number.
 *
 * The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_add_scalar_(Tensor *x, TensorScalar b);

/**
 * `x = x - b` in place. As torch.Tensor.sub_ with a number.
 *
 * The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_sub_scalar_(Tensor *x, TensorScalar b);

/**
 * `x = x * b` in place. As torch.Tensor.mul_ with a number.
 *
 * The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_mul_scalar_(Tensor *x, TensorScalar b);

/**
 * `x = x / b` in place. As torch.Tensor.div_ with a number.
 *
 * The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_div_scalar_(Tensor *x, TensorScalar b);

/**
 * `x = src` in place. As torch.Tensor.copy_.
 *
 * `src` is broadcast to the shape of `x` and converted to its dtype; it may be on another device unless `x` is on the CPU
 * (NOT_ON_CPU: call tensor_to_cpu first). Errors: INVALID_HANDLE, SHAPE, DTYPE,
 * READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE
TensorStatus tensor_copy_(Tensor *x,
                          const Tensor *src);

/**
 * `x = value` in place. As torch.Tensor.fill_.
 *
 * Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
 * mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_fill_(Tensor *x, TensorScalar value);

/**
 * `x = 0` in place. As torch.Tensor.zero_.
 *
 * Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
 * mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_zero_(Tensor *x);

/**
 * Each element brought within [low, high] in place; NULL leaves a side open. As torch.Tensor.clamp_.
 *
 * Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
 * mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_clamp_(Tensor *x, const TensorScalar *low, const TensorScalar *high);

/**
 * `x = -x` in place. As torch.Tensor.neg_.
 *
 * Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
 * mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_neg_(Tensor *x);

/**
 * `x = exp(x)` in place. As torch.Tensor.exp_.
 *
 * Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_exp_(Tensor *x);

/**
 * `x = sqrt(x)` in place. As torch.Tensor.sqrt_.
 *
 * Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_sqrt_(Tensor *x);

/**
 * `x = max(x, 0)` in place. As torch.Tensor.relu_.
 *
 * Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
 * mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_relu_(Tensor *x);

/**
 * `x = 1 / (1 + exp(-x))` in place. As torch.Tensor.sigmoid_.
 *
 * Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_sigmoid_(Tensor *x);

/**
 * `x = tanh(x)` in place. As torch.Tensor.tanh_.
 *
 * Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
 * written only in no-grad mode), OUT_OF_MEMORY.
 */
TENDON_MUST_USE TensorStatus tensor_tanh_(Tensor *x);

/**
 * The sum over `dims`. As torch.sum.
 *
 * `dims` == NULL or none of them = all. Integers and bool add up to i64, unless the options name a dtype. Errors:
 * INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_sum(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorReduceOptions *options,
                        Tensor **out);

/**
 * The mean over `dims`. As torch.mean.
 *
 * `dims` == NULL or none of them = all. Only for floats, unless the options name a float dtype. Errors:
 * INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_mean(const Tensor *x,
                         const int64_t *dims,
                         size_t ndims,
                         const TensorReduceOptions *options,
                         Tensor **out);

/**
 * The largest element over `dims`; NaN where there is one. As torch.amax.
 *
 * `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
 * elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_max(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorReduceOptions *options,
                        Tensor **out);

/**
 * The smallest element over `dims`; NaN where there is one. As torch.amin.
 *
 * `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
 * elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_min(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorReduceOptions *options,
                        Tensor **out);

/**
 * Whether an element over `dims` is not 0, as bool. As torch.any.
 *
 * `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
 * INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_any(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorReduceOptions *options,
                        Tensor **out);

/**
 * Whether every element over `dims` is not 0, as bool. As torch.all.
 *
 * `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
 * INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_all(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorReduceOptions *options,
                        Tensor **out);

/**
 * Where along `*dim` the largest element is, the first of equal ones; the first NaN if there is one. As
 * torch.argmax.
 *
 * `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
 * no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_argmax(const Tensor *x,
                           const int64_t *dim,
                           const TensorReduceOptions *options,
                           Tensor **out);

/**
 * Where along `*dim` the smallest element is, the first of equal ones; the first NaN if there is one. As
 * torch.argmin.
 *
 * `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
 * no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
 * with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_argmin(const Tensor *x,
                           const int64_t *dim,
                           const TensorReduceOptions *options,
                           Tensor **out);

/**
 * The variance over `dims`: the sum of squared distances from the mean, divided by n - correction. As torch.var.
 *
 * `dims` == NULL or none of them = all. Only for floats. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_var(const Tensor *x,
                        const int64_t *dims,
                        size_t ndims,
                        const TensorVarOptions *options,
                        Tensor **out);

/**
 * The matrix product. As torch.matmul.
 *
 * [..., n, k] by [..., k, m] gives [..., n, m], with the leading dimensions broadcast; a tensor of rank 1 counts as
 * a row on the left and a column on the right. Dtypes must be equal. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_matmul(const Tensor *a, const Tensor *b, Tensor **out);

/**
 * x times the transpose of weight, plus bias. As torch.nn.functional.linear.
 *
 * `x` is [..., in], `weight` [out, in], `bias` [out] or NULL; the result is [..., out]. Errors: INVALID_HANDLE,
 * SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_linear(const Tensor *x, const Tensor *weight, const Tensor *bias, Tensor **out);

/**
 * How products of f32 matrices are computed on CUDA devices from now on, by all threads: one of TENDON_PRECISION_...
 * As torch.set_float32_matmul_precision; at first TENDON_PRECISION_HIGHEST. The CPU always computes in f32.
 *
 * Errors: INVALID_ARGUMENT.
 */
TENDON_MUST_USE TensorStatus tendon_set_float32_matmul_precision(int32_t precision);

/**
 * How products of f32 matrices are computed on CUDA devices. As torch.get_float32_matmul_precision.
 */
int32_t tendon_float32_matmul_precision(void);

/**
 * exp(x) divided by its sum along `dim`. As torch.softmax.
 *
 * Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_softmax(const Tensor *x,
                            int64_t dim,
                            const TensorSoftmaxOptions *options,
                            Tensor **out);

/**
 * The logarithm of the softmax along `dim`. As torch.log_softmax.
 *
 * Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_log_softmax(const Tensor *x,
                                int64_t dim,
                                const TensorSoftmaxOptions *options,
                                Tensor **out);

/**
 * -log softmax(input)[target]. As torch.nn.functional.cross_entropy.
 *
 * `input` is [C], [N, C] or [N, C, d1, ...] of floats, before any softmax. `target` holds class numbers in i64 and
 * has the shape of `input` without C; or it holds probabilities and has the shape and dtype of `input`. Errors:
 * INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX when a class number is not in [0, C), INVALID_ARGUMENT,
 * INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_cross_entropy(const Tensor *input,
                                  const Tensor *target,
                                  const TensorCrossEntropyOptions *options,
                                  Tensor **out);

/**
 * The squared difference. As torch.nn.functional.mse_loss.
 *
 * Both have the same shape. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_mse_loss(const Tensor *input,
                             const Tensor *target,
                             const TensorLossOptions *options,
                             Tensor **out);

/**
 * The places of `dim` that `index` names, in its order. As torch.index_select.
 *
 * `index` is i64 or i32 of rank 1. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new
 * reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_index_select(const Tensor *x, int64_t dim, const Tensor *index, Tensor **out);

/**
 * out[i][j] = x[index[i][j]][j] for dim 0, and so on. As torch.gather.
 *
 * `index` is i64 or i32, of the rank of `x`, and no larger than `x` except along `dim`; the result has its shape.
 * Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with
 * tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_gather(const Tensor *x, int64_t dim, const Tensor *index, Tensor **out);

/**
 * A copy of `x` with out[index[i][j]][j] += src[i][j] for dim 0, and so on. As torch.scatter_add.
 *
 * `index` is i64 or i32; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_scatter_add(const Tensor *x,
                                int64_t dim,
                                const Tensor *index,
                                const Tensor *src,
                                Tensor **out);

/**
 * A copy of `x` with the places of `src` along `dim` added at the places that `index` names. As torch.index_add.
 *
 * `index` is i64 or i32 of rank 1; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX,
 * OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_index_add(const Tensor *x,
                              int64_t dim,
                              const Tensor *index,
                              const Tensor *src,
                              Tensor **out);

/**
 * A new last dimension of size `classes` with 1 at the index and 0 elsewhere, in i64. As
 * torch.nn.functional.one_hot.
 *
 * `index` is i64 or i32; -1 classes = one more than the largest index. Errors: INVALID_HANDLE, SHAPE, DTYPE,
 * DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_one_hot(const Tensor *index, int64_t classes, Tensor **out);

/**
 * Stochastic gradient descent, with momentum if asked for. As torch.optim.SGD.
 *
 * `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
 * DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with tensor_optimizer_release;
 * scopes do not release it.
 */
TENDON_MUST_USE
TensorStatus tensor_sgd_create(Tensor *const *params,
                               size_t n,
                               const TensorSgdOptions *options,
                               TensorOptimizer **out);

/**
 * Adam with decoupled weight decay. As torch.optim.AdamW.
 *
 * `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
 * DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with tensor_optimizer_release;
 * scopes do not release it.
 */
TENDON_MUST_USE
TensorStatus tensor_adamw_create(Tensor *const *params,
                                 size_t n,
                                 const TensorAdamWOptions *options,
                                 TensorOptimizer **out);

/**
 * One update, in place, of every parameter that has a gradient. As torch.optim.Optimizer.step.
 *
 * Errors: INVALID_HANDLE, SHAPE, OVERLAP, OUT_OF_MEMORY, INVALID_ARGUMENT when another thread uses the optimizer.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_step(TensorOptimizer *optimizer);

/**
 * Takes the gradients of the parameters away: they have none then, rather than zeros. As
 * torch.optim.Optimizer.zero_grad.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_zero_grad(TensorOptimizer *optimizer);

/**
 * Sets the learning rate. Errors: INVALID_HANDLE, INVALID_ARGUMENT when it is negative or no number.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_set_lr(TensorOptimizer *optimizer, double lr);

/**
 * The learning rate.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_lr(const TensorOptimizer *optimizer, double *out);

/**
 * How many bytes tensor_optimizer_state_save will write.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_state_size(const TensorOptimizer *optimizer, size_t *out);

/**
 * Writes what the optimizer remembers (steps, momenta, the learning rate; not the parameters) to the front of `buffer`.
 *
 * `*written` is set to the number of bytes; `written` may be NULL. Errors: INVALID_HANDLE, INVALID_ARGUMENT when
 * `capacity` is less than tensor_optimizer_state_size, NULL_POINTER.
 */
TENDON_MUST_USE
TensorStatus tensor_optimizer_state_save(const TensorOptimizer *optimizer,
                                         void *buffer,
                                         size_t capacity,
                                         size_t *written);

/**
 * Takes over a state that tensor_optimizer_state_save wrote. The optimizer must be of the same type, with parameters of
 * the same number, shapes and dtypes.
 *
 * Errors: INVALID_HANDLE, FORMAT (nothing changes then), OUT_OF_MEMORY, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_optimizer_state_load(TensorOptimizer *optimizer, const void *data, size_t nbytes);

/**
 * Ends the optimizer; its parameters live on with their owners. NULL is fine.
 */
TensorStatus tensor_optimizer_release(TensorOptimizer *optimizer);

/**
 * A dict without tensors: names in an order, each with a tensor, and metadata (texts by name). As a state_dict.
 *
 * A dict holds the tensors themselves, no copies. Scopes do not release dicts. `out`: new handle, release with
 * tensor_dict_release.
 */
TENDON_MUST_USE TensorStatus tensor_dict_create(TensorDict **out);

/**
 * Ends the dict; tensors that others have live on. NULL is fine. Errors: INVALID_HANDLE.
 */
TensorStatus tensor_dict_release(TensorDict *dict);

/**
 * How many tensors. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict.
 */
int64_t tensor_dict_len(const TensorDict *dict);

/**
 * 1 when a tensor has that name, else 0. Errors: INVALID_HANDLE, NULL_POINTER, INVALID_ARGUMENT when the name is not
 * UTF-8.
 */
int32_t tensor_dict_contains(const TensorDict *dict, const char *name);

/**
 * The tensor of that name.
 *
 * Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_dict_get(const TensorDict *dict, const char *name, Tensor **out);

/**
 * The tensor at a place of the order, from 0 to tensor_dict_len - 1.
 *
 * Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_dict_at(const TensorDict *dict, int64_t index, Tensor **out);

/**
 * The name at a place of the order, from 0 to tensor_dict_len - 1. NUL-terminated UTF-8.
 *
 * Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that entry is removed or the dict
 * released.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_name(const TensorDict *dict,
                              int64_t index,
                              const char **out);

/**
 * Puts a tensor at a name: in place of the one that is there, else at the end. The dict holds the tensor itself.
 *
 * Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when the name is not UTF-8 or another call uses
 * the dict; nothing changes then.
 */
TENDON_MUST_USE TensorStatus tensor_dict_set(TensorDict *dict, const char *name, const Tensor *x);

/**
 * Takes the tensor of that name out; the others keep their order.
 *
 * Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT when another call uses the dict.
 */
TENDON_MUST_USE TensorStatus tensor_dict_remove(TensorDict *dict, const char *name);

/**
 * A new dict of the tensors whose names begin with `prefix`, in their order, with `replacement` in place of the prefix;
 * the metadata are copied.
 *
 * `prefix` NULL or "" = all tensors; `replacement` NULL = the names stay. Where two names become the same, the later
 * tensor stands. Errors: INVALID_HANDLE, OUT_OF_MEMORY, INVALID_ARGUMENT, NULL_POINTER. `out`: new handle, release with
 * tensor_dict_release.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_select(const TensorDict *dict,
                                const char *prefix,
                                const char *replacement,
                                TensorDict **out);

/**
 * The value of a metadata key. NUL-terminated UTF-8.
 *
 * Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that value is set anew or the
 * dict released.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_metadata(const TensorDict *dict,
                                  const char *key,
                                  const char **out);

/**
 * How many metadata keys. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict.
 */
int64_t tensor_dict_metadata_len(const TensorDict *dict);

/**
 * Key and value at a place of the order, from 0 to tensor_dict_metadata_len - 1. NUL-terminated UTF-8.
 *
 * Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `key`, `value`: borrowed until that value is set anew
 * or the dict released.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_metadata_at(const TensorDict *dict,
                                     int64_t index,
                                     const char **key,
                                     const char **value);

/**
 * Sets the value of a metadata key; formats that have metadata save it.
 *
 * Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when a text is not UTF-8 or another call uses
 * the dict; nothing changes then.
 */
TENDON_MUST_USE TensorStatus tensor_dict_set_metadata(TensorDict *dict, const char *key, const char *value);

/**
 * How the tensors came out of the file that the dict was loaded from; all 0 for a dict that was not. Errors:
 * INVALID_HANDLE, NULL_POINTER, INVALID_OPTIONS.
 */
TENDON_MUST_USE TensorStatus tensor_dict_load_stats(const TensorDict *dict, TensorLoadStats *out);

/**
 * The array of a .npy file of version 1, 2 or 3, in any order of elements and bytes. As `numpy.load`.
 *
 * By default a tensor with memory of its own, which can be written. With TENSOR_MMAP_ON a read-only one that looks into
 * the file, which must not be shortened while it lives; an array whose bytes are swapped or not aligned is copied. An
 * array in Fortran order has such strides. `options.names` must be NULL. Errors: IO, FORMAT, UNSUPPORTED for elements
 * that are no numbers (never unpickled) or complex, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER,
 * DEVICE, CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
 */
TENDON_MUST_USE TensorStatus tensor_load_npy(const char *path, const TensorLoadOptions *options, Tensor **out);

/**
 * Writes a tensor as a .npy file, version 1. As `numpy.save`, but `path` stays as it is.
 *
 * Any device and layout; the values alone, also of a tensor that requires grad. The file is replaced when it is whole:
 * on failure what was there is still there. Errors: INVALID_HANDLE, IO, UNSUPPORTED for bf16, which NumPy does not
 * have, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_save_npy(const Tensor *x, const char *path, const TensorSaveOptions *options);

/**
 * The arrays of a .npz file, stored or deflated. As `numpy.load`, all at once.
 *
 * By default tensors with memory of their own, which can be written. With TENSOR_MMAP_ON read-only ones that look into
 * the file, which must not be shortened while they live, where they are stored, aligned and not swapped;
 * tensor_dict_load_stats tells how many. Checksums are compared for what is copied. Errors: IO, FORMAT, UNSUPPORTED,
 * NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DEVICE, CUDA_UNAVAILABLE. `out`: new
 * handle, release with tensor_dict_release.
 */
TENDON_MUST_USE TensorStatus tensor_dict_load_npz(const char *path, const TensorLoadOptions *options, TensorDict **out);

/**
 * Writes the tensors of a dict as a .npz file, without metadata, which it cannot hold. As `numpy.savez`, or with
 * `options.compress` `savez_compressed`; `path` stays as it is.
 *
 * As tensor_save_npy for each tensor, atomically for all. Arrays that are not compressed begin at multiples of 64 bytes,
 * to be mapped. Errors: those of tensor_save_npy.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_save_npz(const TensorDict *dict,
                                  const char *path,
                                  const TensorSaveOptions *options);

/**
 * A table of numbers, UTF-8, as [rows, columns]. As pandas' `read_csv` and `numpy.loadtxt`.
 *
 * Lines end in LF, CRLF or CR, and empty ones are skipped; fields may be in quotes and have spaces around them. A missing
 * value (an empty field, NA, N/A, NULL, None, nan) is NaN; for other dtypes than floats it is FORMAT, as is a number that
 * does not fit, or a line with more or fewer fields than the first: the message names line and field. Errors: IO, FORMAT,
 * NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DTYPE, DEVICE, CUDA_UNAVAILABLE. `out`: new
 * reference, release with tensor_release.
 */
TENDON_MUST_USE
TensorStatus tensor_load_csv(const char *path,
                             const TensorCsvOptions *options,
                             Tensor **out);

/**
 * Writes a tensor of one dimension (a column) or two as a table of numbers. As pandas' `to_csv`.
 *
 * Floats have as few digits as bring the same number back, NaN is `nan`, bools are `True` and `False`. With
 * `options.names`, one per column, or `options.header`, the first line names the columns, else 0, 1, 2, ... Any device
 * and layout; values alone; the file is replaced when it is whole. Errors: INVALID_HANDLE, SHAPE, IO, OUT_OF_MEMORY,
 * INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
 */
TENDON_MUST_USE TensorStatus tensor_save_csv(const Tensor *x, const char *path, const TensorCsvOptions *options);

/**
 * The columns of a table whose first line names them, each [rows]. As tensor_load_csv for what stands in it.
 *
 * Errors: those of tensor_load_csv; FORMAT also when two columns have one name. `out`: new handle, release with
 * tensor_dict_release.
 */
TENDON_MUST_USE TensorStatus tensor_dict_load_csv(const char *path, const TensorCsvOptions *options, TensorDict **out);

/**
 * Writes the tensors of a dict, [rows] each and of any dtypes, as columns under their names. As tensor_save_csv for what
 * stands in the file; `options.names` must be NULL.
 *
 * Errors: those of tensor_save_csv; SHAPE also when the tensors differ in length.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_save_csv(const TensorDict *dict,
                                  const char *path,
                                  const TensorCsvOptions *options);

/**
 * The tensors of a .safetensors file, and its metadata. As safetensors.torch.load_file.
 *
 * A path that ends in .index.json, or a file of such content, is the index of a model in several files: they must lie
 * beside it, and only those with wanted tensors are opened. Mapped unless options->mmap is off: each tensor looks into
 * the one mapping of the file with a storage and a version of its own, and refuses writes (READ_ONLY: clone it, or load
 * with mmap off). What is not aligned to its dtype is copied; tensor_dict_load_stats counts. The mapping goes with the
 * last tensor; a file that somebody truncates meanwhile ends the process with SIGBUS. A tensor of a dtype that Tendon
 * lacks (F8_..., F4, F6_..., C64) makes the call UNSUPPORTED, unless options->names leaves it out.
 * Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA, NULL_POINTER, INVALID_ARGUMENT,
 * INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_load_safetensors(const char *path,
                                          const TensorLoadOptions *options,
                                          TensorDict **out);

/**
 * Saves tensors and metadata as one .safetensors file. As safetensors.torch.save_file.
 *
 * Tensors of any layout and device, tracked or not, are saved by value; several that share memory are saved one by one.
 * Equal dicts give equal bytes. The file is written beside `path` and renamed: when the call fails, what was there is as
 * it was. Errors: INVALID_HANDLE, IO, OUT_OF_MEMORY, INVALID_ARGUMENT when a tensor is named __metadata__ or
 * options->compress is set, UNSUPPORTED when names and metadata exceed 100 MB, CUDA, NULL_POINTER, INVALID_OPTIONS.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_save_safetensors(const TensorDict *dict,
                                          const char *path,
                                          const TensorSaveOptions *options);

/**
 * The tensors of a checkpoint of torch.save (.pt, .pth). As torch.load with weights_only.
 *
 * Its pickle is read as data, nothing is ever executed: whatever is not on a short list (tensors, parameters, dicts,
 * lists, tuples, sets, numbers, texts, bytes, dtypes, devices) makes the call FORMAT and is named. Nested dicts and lists
 * become names with dots: {"model": {"weight": w}, "epoch": 3} is a tensor "model.weight" and metadata "epoch" = "3". A
 * lone tensor has the name "". Tensors that share a storage in the file share memory here too; none requires grad,
 * parameters neither. Memory of their own unless options->mmap is on; then as tensor_dict_load_safetensors. Packed
 * entries and those of the other byte order are copied, most of files from before PyTorch 1.6 too. A tensor of a dtype
 * that Tendon lacks makes the call UNSUPPORTED, unless options->names leaves it out. So does TorchScript.
 * Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA, NULL_POINTER, INVALID_ARGUMENT,
 * INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
 */
TENDON_MUST_USE
TensorStatus tensor_dict_load_pytorch(const char *path,
                                      const TensorLoadOptions *options,
                                      TensorDict **out);

#ifdef __cplusplus
}  /* extern "C" */
#endif  /* __cplusplus */

/**
 * Runs a call that returns a TensorStatus; when it fails, the enclosing function returns that status.
 */
#define TENSOR_TRY(call)                         \
    do {                                         \
        const TensorStatus tendon_try_ = (call); \
        if (tendon_try_ != TENSOR_OK) {          \
            return tendon_try_;                  \
        }                                        \
    } while (0)

/*
 * The defaults of every options struct: TensorOptions options = TENSOR_OPTIONS_INIT; then set what differs.
 */
#define TENSOR_HOST_BUFFER_OPTIONS_INIT {sizeof(TensorHostBufferOptions), false, {0, 0, 0}, NULL, 0, NULL, NULL, NULL}
#define TENSOR_DLPACK_OPTIONS_INIT \
    {sizeof(TensorDlpackOptions), TENSOR_DLPACK_COPY_IF_NEEDED, {0, 0}, 1, 0, 0, false, {0, 0, 0, 0, 0, 0, 0}, NULL}
#define TENSOR_OPTIONS_INIT {sizeof(TensorOptions), TENSOR_DTYPE_INVALID, {0, 0}, false, {0, 0, 0}}
#define TENSOR_REDUCE_OPTIONS_INIT {sizeof(TensorReduceOptions), TENSOR_DTYPE_INVALID, false, {0, 0, 0, 0, 0, 0, 0}}
#define TENSOR_VAR_OPTIONS_INIT {sizeof(TensorVarOptions), false, {0, 0, 0}, 1.0}
#define TENSOR_BACKWARD_OPTIONS_INIT {sizeof(TensorBackwardOptions), false, false, {0, 0}, NULL}
#define TENSOR_GRAD_OPTIONS_INIT {sizeof(TensorGradOptions), false, false, false, {0}, NULL}
#define TENSOR_GELU_OPTIONS_INIT {sizeof(TensorGeluOptions), false, {0, 0, 0}}
#define TENSOR_DIV_OPTIONS_INIT {sizeof(TensorDivOptions), TENSOR_ROUNDING_NONE}
#define TENSOR_SOFTMAX_OPTIONS_INIT {sizeof(TensorSoftmaxOptions), TENSOR_DTYPE_INVALID}
#define TENSOR_CROSS_ENTROPY_OPTIONS_INIT {sizeof(TensorCrossEntropyOptions), TENSOR_REDUCTION_MEAN, -100, 0.0, NULL}
#define TENSOR_LOSS_OPTIONS_INIT {sizeof(TensorLossOptions), TENSOR_REDUCTION_MEAN}
#define TENSOR_DROPOUT_OPTIONS_INIT {sizeof(TensorDropoutOptions), false, {0, 0, 0}}
#define TENSOR_CONVERT_OPTIONS_INIT {sizeof(TensorConvertOptions), false, false, {0, 0}}
#define TENSOR_PRINT_OPTIONS_INIT {sizeof(TensorPrintOptions), 4, 1000, 3, 80}
#define TENSOR_SGD_OPTIONS_INIT {sizeof(TensorSgdOptions), false, false, {0, 0}, 1e-3, 0.0, 0.0, 0.0}
#define TENSOR_ADAMW_OPTIONS_INIT {sizeof(TensorAdamWOptions), false, false, {0, 0}, 1e-3, 0.9, 0.999, 1e-8, 1e-2}
#define TENSOR_LOAD_OPTIONS_INIT {sizeof(TensorLoadOptions), TENSOR_MMAP_DEFAULT, NULL, 0, {0, 0}}
#define TENSOR_SAVE_OPTIONS_INIT {sizeof(TensorSaveOptions), false, {0, 0, 0}}
#define TENSOR_CSV_OPTIONS_INIT {sizeof(TensorCsvOptions), TENSOR_DTYPE_INVALID, {0, 0}, ',', false, false, {0, 0, 0, 0, 0}, 0, NULL, 0}
#define TENSOR_LOAD_STATS_INIT {sizeof(TensorLoadStats), 0, 0, 0, 0, 0, 0}
#define TENDON_CUDA_DEVICE_PROPERTIES_INIT {sizeof(TendonCudaDeviceProperties), 0, {0}, 0, 0, 0, 0, 0, 0, 0, 0.0}
#define TENDON_CUDA_MEMORY_STATS_INIT {sizeof(TendonCudaMemoryStats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
#define TENDON_MEMORY_INFO_INIT {sizeof(TendonMemoryInfo), 0, 0, 0, 0}

/**
 * A device by its type and ordinal; see TENSOR_CPU and TENSOR_CUDA.
 */
static inline TensorDevice tensor_device_of(TensorDeviceType type, int32_t index) {
    TensorDevice device;
    device.type = type;
    device.index = index;
    return device;
}

#define TENSOR_CPU tensor_device_of(TENSOR_DEVICE_CPU, 0)
#define TENSOR_CUDA(ordinal) tensor_device_of(TENSOR_DEVICE_CUDA, (ordinal))
/** The current device of the calling thread; see tendon_cuda_set_current_device. */
#define TENSOR_CUDA_CURRENT tensor_device_of(TENSOR_DEVICE_CUDA, -1)

/**
 * A float as an argument: tensor_mul_scalar(x, tensor_scalar_f(0.5), &y).
 */
static inline TensorScalar tensor_scalar_f(double number) {
    TensorScalar scalar = {TENSOR_SCALAR_FLOAT, 0, {0}};
    scalar.value.f = number;
    return scalar;
}

/**
 * An integer as an argument.
 */
static inline TensorScalar tensor_scalar_i(int64_t number) {
    TensorScalar scalar = {TENSOR_SCALAR_INT, 0, {0}};
    scalar.value.i = number;
    return scalar;
}

/**
 * A bool as an argument.
 */
static inline TensorScalar tensor_scalar_b(bool truth) {
    TensorScalar scalar = {TENSOR_SCALAR_BOOL, 0, {0}};
    scalar.value.i = truth ? 1 : 0;
    return scalar;
}

#endif /* TENDON_H */
