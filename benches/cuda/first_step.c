/* From nothing to one training step of a small network on cuda:0, and its loss. How long this process takes, from its
 * start to its end, is what a user waits for: the driver, the compilation of the kernels, the step itself. Prints when
 * each stage was over, in milliseconds.
 *
 *   first_step --cublas       only says which cuBLASLt the library uses; ends with 3 when it has none
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <tendon.h>
#include <time.h>

enum { BATCH = 128, INPUTS = 784, HIDDEN = 512, CLASSES = 10, PARAMETERS = 4 };

static void stage(const char *what) {
    static double last;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    const double now = 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
    if (last != 0) printf("stage %-32s %9.1f ms\n", what, now - last);
    last = now;
}

/* The C interface does not tell the path; the system knows which file is mapped. */
static bool say_cublas(void) {
    char line[4096], *path;
    FILE *maps;
    if (!tendon_has_feature("cublas")) {
        puts("cuBLASLt: not found");
        return false;
    }
    if ((maps = fopen("/proc/self/maps", "r"))) {
        while (fgets(line, sizeof line, maps)) {
            if (strstr(line, "libcublasLt") && (path = strchr(line, '/'))) {
                printf("cuBLASLt: %s", path);
                fclose(maps);
                return true;
            }
        }
        fclose(maps);
    }
    puts("cuBLASLt: found");
    return true;
}

static TensorStatus step(void) {
    TensorOptions on_cuda = TENSOR_OPTIONS_INIT;
    on_cuda.device = TENSOR_CUDA(0);
    const int64_t sizes[PARAMETERS][2] = {{HIDDEN, INPUTS}, {HIDDEN}, {CLASSES, HIDDEN}, {CLASSES}};
    Tensor *parameters[PARAMETERS], *x, *y, *h, *loss;
    TensorOptimizer *adamw;
    double value;
    stage("");
    TENSOR_TRY(tendon_cuda_synchronize(0));
    stage("driver and context");
    tendon_has_feature("cublas");
    stage("cuBLASLt");
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
    stage("parameters and data");
    TENSOR_TRY(tensor_linear(x, parameters[0], parameters[1], &h));
    TENSOR_TRY(tensor_gelu(h, NULL, &h));
    TENSOR_TRY(tensor_linear(h, parameters[2], parameters[3], &h));
    TENSOR_TRY(tensor_cross_entropy(h, y, NULL, &loss));
    stage("forward");
    TENSOR_TRY(tensor_backward(loss, NULL));
    stage("backward");
    TENSOR_TRY(tensor_optimizer_step(adamw));
    stage("optimizer");
    TENSOR_TRY(tensor_to_cpu(loss, &loss));
    TENSOR_TRY(tensor_item_f64(loss, &value));
    stage("waiting for the loss");
    printf("loss %f\n", value);
    return TENSOR_OK;
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "--cublas")) return say_cublas() ? 0 : 3;
    if (step() == TENSOR_OK) {
        say_cublas();
        return 0;
    }
    fprintf(stderr, "first_step: %s\n", tendon_last_error_message());
    return 1;
}
