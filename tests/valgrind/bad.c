/* A program with faults on purpose: it shows that the valgrind harness would see one in a test, and one in the memory of
 * a tensor. `none` is the same program without a fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tendon.h"

/* A branch that depends on what was read, so that the read cannot be dropped. */
static void look(float value) {
    if (value > 1e30F) {
        puts("large");
    }
}

static int read_past_the_end(size_t extra) {
    volatile float *block = malloc(4 * sizeof(float));
    if (block == NULL) {
        return 1;
    }
    for (size_t i = 0; i < 4; i++) {
        block[i] = 1.0F;
    }
    look(block[3 + extra]);
    free((void *)block);
    return 0;
}

static int leak(void) {
    void *volatile lost = malloc(100);
    int failed = lost == NULL;
    lost = NULL;
    return failed;
}

#ifdef TENDON_TEST_HAS_TENSORS
/* With TENDON_ALLOCATOR=system a tensor's elements are a malloc block of their own: 4096 bytes here, no rounding.
 * Reads one element past them, or the first one after the release. */
static int misread_a_tensor(int after_release) {
    const int64_t shape[1] = {1024};
    Tensor *x = NULL;
    const float *data = NULL;
    if (tensor_ones(shape, 1, NULL, &x) != 0 || tensor_data_f32(x, &data) != 0) {
        fprintf(stderr, "%s\n", tendon_last_error_message());
        return 1;
    }
    if (!after_release) {
        look(((volatile const float *)data)[1024]);
    }
    (void)tensor_release(x);
    if (after_release) {
        look(((volatile const float *)data)[0]);
    }
    return 0;
}
#endif

int main(int argc, char **argv) {
    const char *fault = argc > 1 ? argv[1] : "none";
    printf("Tendon %s\n", tendon_version_string());
    if (strcmp(fault, "leak") == 0) {
        return leak();
    }
    if (strcmp(fault, "read") == 0) {
        return read_past_the_end(1);
    }
#ifdef TENDON_TEST_HAS_TENSORS
    if (strcmp(fault, "tensor-read") == 0) {
        return misread_a_tensor(0);
    }
    if (strcmp(fault, "tensor-released") == 0) {
        return misread_a_tensor(1);
    }
#endif
    return read_past_the_end(0);
}
