/* y = Σ x², and its gradient, over a C array that the library borrows: no copy, no release calls. */
#include <stdio.h>
#include <tendon.h>

static TensorStatus square_and_differentiate(float *data) {
    const int64_t shape[] = {3};
    Tensor *x, *squares, *y, *gradient;
    const float *g;
    double value;
    TENSOR_TRY(tensor_from_host_buffer(data, 3 * sizeof *data, TENSOR_DTYPE_F32, shape, 1, NULL, &x));
    TENSOR_TRY(tensor_set_requires_grad(x, true));
    TENSOR_TRY(tensor_mul(x, x, &squares));
    TENSOR_TRY(tensor_sum(squares, NULL, 0, NULL, &y));
    TENSOR_TRY(tensor_backward(y, NULL));
    TENSOR_TRY(tensor_grad(x, &gradient)); /* dy/dx = 2x */
    TENSOR_TRY(tensor_item_f64(y, &value));
    TENSOR_TRY(tensor_data_f32(gradient, &g));
    printf("y     = %g\ndy/dx = %g %g %g\n", value, g[0], g[1], g[2]);
    return TENSOR_OK;
}

int main(void) {
    float data[] = {1, 2, 3};
    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = square_and_differentiate(data);
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope); /* releases every tensor made since tensor_scope_begin */
    return status != TENSOR_OK;
}

/* Prints:
y     = 14
dy/dx = 2 4 6
*/
