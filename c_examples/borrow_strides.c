/* Memory that is not in C order, borrowed as it lies: a column-major matrix, a crop of an image, a row read backwards.
   Strides and offsets count elements, not bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <tendon.h>

static TensorStatus print(const char *title, const Tensor *x) {
    char text[512];
    TENSOR_TRY(tensor_to_string(x, NULL, text, sizeof text, NULL));
    printf("%s:\n%s\n", title, text);
    return TENSOR_OK;
}

/* LAPACK and Fortran lay columns one after the other: element [i, j] of a 2×3 matrix is at i + 2j. */
static TensorStatus column_major(double *a) {
    const int64_t shape[] = {2, 3}, strides[] = {1, 2};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.strides = strides;
    Tensor *x;
    TENSOR_TRY(tensor_from_host_buffer(a, 6 * sizeof *a, TENSOR_DTYPE_F64, shape, 2, &options, &x));
    TENSOR_TRY(print("column-major, borrowed as rows", x));
    a[2] = 20; /* element [0, 1] */
    TENSOR_TRY(print("after C wrote a[2] = 20", x));

    const double *data;
    TensorStatus status = tensor_data_f64(x, &data); /* C order is not what this memory has */
    printf("%s: %s\n", tendon_status_name(status), tendon_last_error_message());
    TENSOR_TRY(tensor_contiguous(x, &x)); /* a copy that has it */
    TENSOR_TRY(tensor_data_f64(x, &data));
    printf("copied to C order: %g %g %g %g %g %g\n\n", data[0], data[1], data[2], data[3], data[4], data[5]);
    return tensor_release(x);
}

static void free_image(void *data, void *user_data) {
    printf("release callback: freeing %s\n", (const char *)user_data);
    free(data);
}

/* Rows 1 and 2, columns 2 to 4 of a 4×6 image: element [i, j] is at (i + 1)·6 + (j + 2). */
static TensorStatus crop(void) {
    const int64_t shape[] = {2, 3}, strides[] = {6, 1};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    unsigned char *image = malloc(4 * 6);
    Tensor *x, *row;
    if (!image) abort();
    for (int i = 0; i < 4 * 6; i++) image[i] = (unsigned char)i;
    options.strides = strides;
    options.offset = 1 * 6 + 2;
    options.release = free_image; /* from here on the tensor owns the image */
    options.user_data = (char[]){"the 4x6 image"};
    TensorStatus status = tensor_from_host_buffer(image, 4 * 6, TENSOR_DTYPE_U8, shape, 2, &options, &x);
    if (status != TENSOR_OK) free(image); /* a failed borrow does not call release */
    TENSOR_TRY(status);
    TENSOR_TRY(print("crop of an image", x));
    TENSOR_TRY(tensor_select(x, 0, 1, &row)); /* a view: it keeps the image alive */
    TENSOR_TRY(tensor_release(x));
    printf("the crop is released, its second row is in use\n");
    TENSOR_TRY(print("second row", row));
    return tensor_release(row);
}

/* A negative stride starts at the end: element [i] is at 3 − i. */
static TensorStatus backwards(float *a) {
    const int64_t shape[] = {4}, strides[] = {-1};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.strides = strides;
    options.offset = 3;
    options.read_only = true;
    Tensor *x;
    TENSOR_TRY(tensor_from_host_buffer(a, 4 * sizeof *a, TENSOR_DTYPE_F32, shape, 1, &options, &x));
    TENSOR_TRY(print("\nread backwards, read-only", x));
    return tensor_release(x);
}

int main(void) {
    double matrix[] = {1, 4, 2, 5, 3, 6};
    float row[] = {1, 2, 3, 4};
    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = column_major(matrix);
    if (status == TENSOR_OK) status = crop();
    if (status == TENSOR_OK) status = backwards(row);
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope);
    return status != TENSOR_OK;
}
