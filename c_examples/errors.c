/* Every misuse is a status and a sentence; the process lives on. */
#include <stdio.h>
#include <tendon.h>

static void show(const char *call, TensorStatus status) {
    printf("%s\n    %4d %s\n    %s\n", call, status, tendon_status_name(status),
           status == TENSOR_OK ? "(succeeded)" : tendon_last_error_message());
}

/* Prints the call, and what it returned. */
#define SHOW(call) show(#call, call)

static TensorStatus misuse(float memory[6]) {
    const size_t nbytes = 6 * sizeof(float);
    const int64_t two_three[] = {2, 3}, four_five[] = {4, 5};
    const float *f32;
    const double *f64;
    double number;
    Tensor *a, *b, *x, *y, *out, *frozen;
    TensorHostBufferOptions read_only = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    read_only.read_only = true;
    TENSOR_TRY(tensor_ones(two_three, 2, NULL, &a));
    TENSOR_TRY(tensor_ones(four_five, 2, NULL, &b));
    TENSOR_TRY(tensor_from_host_buffer(memory, nbytes, TENSOR_DTYPE_F32, two_three, 2, &read_only, &frozen));

    printf("Arguments that do not fit:\n");
    SHOW(tensor_matmul(a, b, &out));
    SHOW(tensor_add(a, b, &out));
    SHOW(tensor_select(a, 0, 2, &out));
    SHOW(tensor_from_host_buffer(memory, nbytes, TENSOR_DTYPE_F32, four_five, 2, NULL, &out));
    SHOW(tensor_from_host_buffer(memory, nbytes, 99, two_three, 2, NULL, &out));

    printf("\nHost access that would be wrong:\n");
    SHOW(tensor_data_f64(a, &f64));
    SHOW(tensor_item_f64(a, &number));
    TENSOR_TRY(tensor_transpose(a, 0, 1, &x));
    SHOW(tensor_data_f32(x, &f32));
    SHOW(tensor_fill_(frozen, tensor_scalar_f(0)));

    printf("\nGradients:\n");
    SHOW(tensor_backward(a, NULL));
    TENSOR_TRY(tensor_set_requires_grad(a, true));
    SHOW(tensor_zero_(a));
    TENSOR_TRY(tensor_exp(a, &x));
    TENSOR_TRY(tensor_sum(x, NULL, 0, NULL, &y));
    TENSOR_TRY(tensor_mul_scalar_(x, tensor_scalar_f(2))); /* but exp' = exp(a), which this x was */
    SHOW(tensor_backward(y, NULL));
    TENSOR_TRY(tensor_square(a, &x));
    TENSOR_TRY(tensor_sum(x, NULL, 0, NULL, &y));
    TENSOR_TRY(tensor_backward(y, NULL));
    SHOW(tensor_backward(y, NULL));

    printf("\nHandles that are none:\n");
    SHOW(tensor_exp(NULL, &out));
    SHOW(tensor_exp((Tensor *)memory, &out));
    TENSOR_TRY(tensor_release(b));
    SHOW(tensor_exp(b, &out));
    SHOW(tensor_release(b));
    SHOW(tensor_release(NULL));

    TENSOR_TRY(tensor_sum(a, NULL, 0, NULL, &out));
    TENSOR_TRY(tensor_item_f64(out, &number));
    printf("\nAnd the tensor a is well: its sum is %g.\n", number);
    return TENSOR_OK;
}

int main(void) {
    float memory[6] = {1, 2, 3, 4, 5, 6};
    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = misuse(memory);
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope);
    return status != TENSOR_OK;
}
