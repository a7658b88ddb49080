/* Fits y = w·x + b to 200 noisy points by gradient descent. */
#include <stdio.h>
#include <tendon.h>

enum { N = 200, STEPS = 200 };

/* loss = mean((w·x + b − y)²), then w and b go one step down its gradient. */
static TensorStatus step(const Tensor *x, const Tensor *y, Tensor *const *wb, TensorOptimizer *sgd, double *error) {
    Tensor *line, *loss;
    TENSOR_TRY(tensor_mul(x, wb[0], &line));
    TENSOR_TRY(tensor_add(line, wb[1], &line));
    TENSOR_TRY(tensor_mse_loss(line, y, NULL, &loss));
    TENSOR_TRY(tensor_optimizer_zero_grad(sgd));
    TENSOR_TRY(tensor_backward(loss, NULL));
    TENSOR_TRY(tensor_optimizer_step(sgd));
    return tensor_item_f64(loss, error);
}

static TensorStatus descend(const Tensor *x, const Tensor *y, Tensor *const *wb, TensorOptimizer *sgd) {
    for (int i = 1; i <= STEPS; i++) {
        TensorScope *scope;
        double error;
        TENSOR_TRY(tensor_scope_begin(&scope));
        TensorStatus status = step(x, y, wb, sgd, &error);
        TENSOR_TRY(tensor_scope_end(scope)); /* the tensors of the step go, also when it failed */
        TENSOR_TRY(status);
        if (i == 1 || i % 50 == 0) printf("step %3d: mean squared error %.3f\n", i, error);
    }
    return TENSOR_OK;
}

static TensorStatus fit(float *xs, float *ys, double *w, double *b) {
    const int64_t shape[] = {N};
    TensorOptions trained = TENSOR_OPTIONS_INIT;
    TensorSgdOptions options = TENSOR_SGD_OPTIONS_INIT;
    TensorOptimizer *sgd;
    Tensor *x, *y, *wb[2];
    trained.requires_grad = true;
    options.lr = 0.1;
    TENSOR_TRY(tensor_from_host_buffer(xs, N * sizeof *xs, TENSOR_DTYPE_F32, shape, 1, NULL, &x));
    TENSOR_TRY(tensor_from_host_buffer(ys, N * sizeof *ys, TENSOR_DTYPE_F32, shape, 1, NULL, &y));
    TENSOR_TRY(tensor_zeros(NULL, 0, &trained, &wb[0])); /* one number each */
    TENSOR_TRY(tensor_zeros(NULL, 0, &trained, &wb[1]));
    TENSOR_TRY(tensor_sgd_create(wb, 2, &options, &sgd));
    TensorStatus status = descend(x, y, wb, sgd);
    TENSOR_TRY(tensor_optimizer_release(sgd)); /* scopes release tensors only */
    TENSOR_TRY(status);
    TENSOR_TRY(tensor_item_f64(wb[0], w));
    return tensor_item_f64(wb[1], b);
}

int main(void) {
    float xs[N], ys[N];
    double w = 0, b = 0;
    unsigned noise = 1;
    for (int i = 0; i < N; i++) { /* y = 3x − 2 ± 0.2 */
        noise = noise * 1103515245u + 12345u;
        xs[i] = 2.0f * (float)i / N - 1;
        ys[i] = 3 * xs[i] - 2 + 0.2f * ((float)(noise >> 16 & 1023) / 512 - 1);
    }
    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = fit(xs, ys, &w, &b);
    if (status == TENSOR_OK) printf("y = %.2f x %+.2f\n", w, b);
    else fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope);
    return status != TENSOR_OK;
}
