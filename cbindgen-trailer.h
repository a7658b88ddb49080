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
#define TENSOR_HOST_BUFFER_OPTIONS_INIT {sizeof(TensorHostBufferOptions), false, {0, 0, 0}, NULL, 0, NULL, NULL}
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
#define TENSOR_CONVERT_OPTIONS_INIT {sizeof(TensorConvertOptions), false, {0, 0, 0}}
#define TENSOR_PRINT_OPTIONS_INIT {sizeof(TensorPrintOptions), 4, 1000, 3, 80}
#define TENSOR_SGD_OPTIONS_INIT {sizeof(TensorSgdOptions), false, false, {0, 0}, 1e-3, 0.0, 0.0, 0.0}
#define TENSOR_ADAMW_OPTIONS_INIT {sizeof(TensorAdamWOptions), false, false, {0, 0}, 1e-3, 0.9, 0.999, 1e-8, 1e-2}
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
