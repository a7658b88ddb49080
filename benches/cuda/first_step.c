/* From nothing to one training step of a small network on cuda:0, and its loss. How long this process takes, from its
 * start to its end, is what a user waits for: the driver, the compilation of the kernels, the step itself. */
#include <stdio.h>
#include <tendon.h>

enum { BATCH = 128, INPUTS = 784, HIDDEN = 512, CLASSES = 10, PARAMETERS = 4 };

static TensorStatus step(void) {
    TensorOptions on_cuda = TENSOR_OPTIONS_INIT;
    on_cuda.device = TENSOR_CUDA(0);
    const int64_t sizes[PARAMETERS][2] = {{HIDDEN, INPUTS}, {HIDDEN}, {CLASSES, HIDDEN}, {CLASSES}};
    Tensor *parameters[PARAMETERS], *x, *y, *h, *loss;
    TensorOptimizer *adamw;
    double value;
    for (int i = 0; i < PARAMETERS; i++) {
        TENSOR_TRY(tensor_randn(sizes[i], i % 2 ? 1 : 2, &on_cuda, &parameters[i]));
        TENSOR_TRY(tensor_mul_scalar_(parameters[i], tensor_scalar_f(0.03)));
        TENSOR_TRY(tensor_set_requires_grad(parameters[i], true));
    }
    const int64_t batch[] = {BATCH, INPUTS};
    TENSOR_TRY(tensor_randn(batch, 2, &on_cuda, &x));
    on_cuda.dtype = TENSOR_DTYPE_I64;
    TENSOR_TRY(tensor_randint(0, CLASSES, batch, 1, &on_cuda, &y));
    TENSOR_TRY(tensor_adamw_create(parameters, PARAMETERS, NULL, &adamw));
    TENSOR_TRY(tensor_linear(x, parameters[0], parameters[1], &h));
    TENSOR_TRY(tensor_gelu(h, NULL, &h));
    TENSOR_TRY(tensor_linear(h, parameters[2], parameters[3], &h));
    TENSOR_TRY(tensor_cross_entropy(h, y, NULL, &loss));
    TENSOR_TRY(tensor_backward(loss, NULL));
    TENSOR_TRY(tensor_optimizer_step(adamw));
    TENSOR_TRY(tensor_to_cpu(loss, &loss));
    TENSOR_TRY(tensor_item_f64(loss, &value));
    printf("loss %f\n", value);
    return TENSOR_OK;
}

int main(void) {
    if (step() == TENSOR_OK) return 0;
    fprintf(stderr, "first_step: %s\n", tendon_last_error_message());
    return 1;
}
