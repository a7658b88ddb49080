/* Without memory every call answers TENSOR_ERR_OUT_OF_MEMORY and the process goes on: nothing aborts, nothing leaks.
 * tendon-test: no-valgrind (valgrind itself lives in the address space that is limited here) */
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test.h"

static size_t address_space(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* From now on `extra` bytes more than now, at most. */
static void limit(size_t extra) {
    struct rlimit bound;
    CHECK(getrlimit(RLIMIT_AS, &bound) == 0);
    bound.rlim_cur = extra == 0 ? bound.rlim_max : address_space() + extra;
    CHECK(setrlimit(RLIMIT_AS, &bound) == 0);
}

static long refused, done;

/* Success or no memory, nothing else, and no output without success. */
static void either(TensorStatus status, Tensor **out, const char *what) {
    if (status == TENSOR_OK) {
        done++;
        if (out != NULL && *out != NULL) {
            OK(tensor_release(*out));
        }
    } else {
        refused++;
        if (status != TENSOR_ERR_OUT_OF_MEMORY || strstr(tendon_last_error_message(), "memory") == NULL) {
            FAIL("%s: %s \"%s\"", what, tendon_status_name(status), tendon_last_error_message());
        }
        if (out != NULL && *out != NULL) {
            FAIL("%s: an output after a failure", what);
        }
    }
    if (out != NULL) {
        *out = NULL;
    }
}

#define EITHER(call) either((call), &out, #call)

/* Every family at sizes that fit and that do not. */
static void families(int64_t n) {
    const int64_t m = 256;
    Tensor *out = NULL;
    Tensor *x = NULL, *leaf = NULL, *index = NULL, *product = NULL, *loss = NULL;
    TensorOptions whole_numbers = TENSOR_OPTIONS_INIT;
    whole_numbers.dtype = TENSOR_DTYPE_I64;
    const TensorStatus status = tensor_full(DIMS(n, m), tensor_scalar_f(1), NULL, &x);
    if (status != TENSOR_OK) {
        either(status, &x, "tensor_full");
        return;
    }
    EITHER(tensor_linear(x, x, NULL, &out));
    EITHER(tensor_softmax(x, 0, NULL, &out));
    EITHER(tensor_softmax(x, 1, NULL, &out));
    EITHER(tensor_log_softmax(x, 1, NULL, &out));
    EITHER(tensor_add(x, x, &out));
    EITHER(tensor_exp(x, &out));
    EITHER(tensor_sum(x, NULL, 0, NULL, &out));
    EITHER(tensor_sum(x, DIMS(0), NULL, &out));
    EITHER(tensor_var(x, DIMS(0), NULL, &out));
    EITHER(tensor_argmax(x, &(const int64_t){0}, NULL, &out));
    EITHER(tensor_to_dtype(x, TENSOR_DTYPE_F64, NULL, &out));
    EITHER(tensor_to_dtype(x, TENSOR_DTYPE_F16, NULL, &out));
    EITHER(tensor_cat((const Tensor *const[]){x, x, x}, 3, 0, &out));
    EITHER(tensor_stack((const Tensor *const[]){x, x}, 2, 0, &out));
    EITHER(tensor_clone(x, &out));
    EITHER(tensor_randn(DIMS(n, m), NULL, &out));
    EITHER(tensor_eye(n, n, NULL, &out));
    EITHER(tensor_gelu(x, NULL, &out));
    EITHER(tensor_dropout(x, 0.5, NULL, &out));
    EITHER(tensor_mse_loss(x, x, NULL, &out));
    EITHER(tensor_randperm(n * 16, NULL, &out));
    if (tensor_zeros(DIMS(n), &whole_numbers, &index) == TENSOR_OK) {
        EITHER(tensor_index_select(x, 0, index, &out));
        EITHER(tensor_index_add(x, 0, index, x, &out));
        EITHER(tensor_one_hot(index, n, &out));
        EITHER(tensor_cross_entropy(x, index, NULL, &out));
        OK(tensor_release(index));
    }
    size_t needed = 0;
    either(tensor_to_string(x, NULL, NULL, 0, &needed), NULL, "tensor_to_string");
    /* A backward that does not get through leaves no half gradients, and the graph as it was. */
    if (tensor_detach(x, &leaf) == TENSOR_OK) {
        OK(tensor_set_requires_grad(leaf, true));
        if (tensor_linear(leaf, leaf, NULL, &product) == TENSOR_OK && tensor_sum(product, NULL, 0, NULL, &loss) == TENSOR_OK) {
            const TensorStatus differentiated = tensor_backward(loss, NULL);
            Tensor *grad = NULL;
            either(differentiated, NULL, "tensor_backward");
            OK(tensor_grad(leaf, &grad));
            CHECK((grad != NULL) == (differentiated == TENSOR_OK));
            OK(tensor_release(grad));
        }
        OK(tensor_release(loss));
        OK(tensor_release(product));
        OK(tensor_release(leaf));
    }
    OK(tensor_release(x));
}

/* All results are kept until there is no room for another. */
static void until_failure(void) {
    enum { MOST = 4096 };
    static Tensor *kept[MOST];
    int n = 0;
    TensorStatus status = TENSOR_OK;
    Tensor *weight = test_leaf(1, DIMS(128, 128));
    Tensor *x = test_full(1, DIMS(128, 128));
    while (n < MOST) {
        status = tensor_matmul(n == 0 ? x : kept[n - 1], weight, &kept[n]);
        if (status != TENSOR_OK) {
            break;
        }
        n++;
    }
    CHECK(status == TENSOR_ERR_OUT_OF_MEMORY && n > 100 && n < MOST && kept[n] == NULL);
    /* With nothing left: releasing, asking and failing still work. */
    CHECK(tensor_ndim(kept[n - 1]) == 2);
    CHECK(tensor_zeros(DIMS(-1), NULL, &kept[n]) == TENSOR_ERR_SHAPE);
    for (int i = 0; i < n; i++) {
        OK(tensor_release(kept[i]));
    }
    printf("%d products of 64 KiB until there was no memory\n", n);
    OK(tensor_matmul(x, weight, &kept[0]));
    OK(tensor_release(kept[0]));
    test_release(x);
    test_release(weight);
}

/* Handles and graphs grow with the program too. */
static void small_things(void) {
    enum { MOST = 4 << 20 };
    Tensor **kept = malloc(sizeof(Tensor *) * MOST);
    Tensor *leaf = test_leaf(1, NULL, 0);
    TensorScope *scope = NULL;
    TensorStatus status = TENSOR_OK;
    int n = 0;
    OK(tensor_scope_begin(&scope));
    limit(32 << 20);
    for (; n < MOST && status == TENSOR_OK; n++) {
        status = tensor_add(n == 0 ? leaf : kept[n - 1], leaf, &kept[n]);
    }
    CHECK(status == TENSOR_ERR_OUT_OF_MEMORY);
    CHECK(tensor_backward(kept[n - 2], NULL) == TENSOR_ERR_OUT_OF_MEMORY);
    printf("%d small tensors with their graph in 32 MiB\n", n - 1);
    OK(tensor_scope_end(scope));
    limit(0);
    test_release(leaf);
    free(kept);
}

/* A training loop whose batch grows until it does not fit any more, and which then goes on with less. */
static void training(void) {
    Tensor *weight = test_full(0.01, DIMS(256, 256));
    OK(tensor_set_requires_grad(weight, true));
    TensorOptimizer *optimizer = NULL;
    int failed = 0, steps = 0;
    OK(tensor_adamw_create((Tensor *const[]){weight}, 1, NULL, &optimizer));
    for (int64_t batch = 1 << 10; batch <= 1 << 17 && failed < 3; batch *= 2) {
        TensorScope *scope = NULL;
        Tensor *x = NULL, *hidden = NULL, *active = NULL, *output = NULL, *loss = NULL;
        OK(tensor_scope_begin(&scope));
        TensorStatus status = tensor_ones(DIMS(batch, 256), NULL, &x);
        status = status ? status : tensor_matmul(x, weight, &hidden);
        status = status ? status : tensor_gelu(hidden, NULL, &active);
        status = status ? status : tensor_matmul(active, weight, &output);
        status = status ? status : tensor_mean(output, NULL, 0, NULL, &loss);
        status = status ? status : tensor_backward(loss, NULL);
        status = status ? status : tensor_optimizer_step(optimizer);
        OK(tensor_optimizer_zero_grad(optimizer));
        OK(tensor_scope_end(scope));
        failed += status != TENSOR_OK;
        steps += status == TENSOR_OK;
        CHECK(status == TENSOR_OK || status == TENSOR_ERR_OUT_OF_MEMORY);
    }
    TendonMemoryInfo info = TENDON_MEMORY_INFO_INIT;
    OK(tendon_memory_info(&info));
    printf("training under the limit: %d steps, %d refused; %lld bytes cached\n", steps, failed, (long long)info.cached_bytes);
    CHECK(steps > 0 && failed > 0);
    OK(tensor_optimizer_release(optimizer));
    test_release(weight);
}

int main(void) {
    /* One heap for all threads: another reserves 64 MiB of address space when a thread first allocates, whenever that is. */
    CHECK(mallopt(M_ARENA_MAX, 1) == 1);
    /* Threads, buffers of stdio and the like exist before the limit. */
    families(300);
    refused = done = 0;
    limit(64 << 20);
    Tensor *x = NULL;
    for (int i = 0; i < 100; i++) {
        CHECK(tensor_ones(DIMS(1 << 28), NULL, &x) == TENSOR_ERR_OUT_OF_MEMORY && x == NULL);
    }
    CHECK(strstr(tendon_last_error_message(), "tensor_ones: out of memory: 1073741824 bytes asked for") != NULL);
    for (int64_t n = 256; n <= 100000; n = n * 6 / 5) {
        families(n);
    }
    printf("%ld calls had the memory they needed, %ld had not\n", done, refused);
    CHECK(done > 100 && refused > 100);
    /* In this order: what until_failure gives back stays in the address space of the C library's heap. */
    training();
    until_failure();
    limit(0);
    small_things();
    families(600);
    (void)tendon_release_cached_memory();
    TendonMemoryInfo info = TENDON_MEMORY_INFO_INIT;
    OK(tendon_memory_info(&info));
    EXPECT_EQ(info.live_bytes, 0);
    return test_end();
}
