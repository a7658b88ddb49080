/* What a first user writes: the version, and when tensors are there, the sum of a 2 x 3 tensor of ones. */
#include <stdio.h>
#include <string.h>

#include <tendon.h>

#ifdef HAS_TENSORS
static TensorStatus sum_of_ones(double *sum) {
    const int64_t shape[2] = {2, 3};
    Tensor *x = NULL;
    Tensor *total = NULL;
    TensorStatus status = tensor_ones(shape, 2, NULL, &x);
    if (status == 0) {
        status = tensor_sum(x, NULL, 0, NULL, &total);
    }
    if (status == 0) {
        status = tensor_item_f64(total, sum);
    }
    (void)tensor_release(total);
    (void)tensor_release(x);
    return status;
}
#endif

int main(void) {
    if (strcmp(tendon_version_string(), TENDON_VERSION_STRING) != 0) {
        fprintf(stderr, "library %s, header %s\n", tendon_version_string(), TENDON_VERSION_STRING);
        return 1;
    }
#ifdef HAS_TENSORS
    double sum = 0;
    if (sum_of_ones(&sum) != 0) {
        fprintf(stderr, "%s\n", tendon_last_error_message());
        return 1;
    }
    if (sum != 6.0) {
        fprintf(stderr, "the sum of six ones is %g\n", sum);
        return 1;
    }
#endif
    return 0;
}
