/* No number that is not a live handle of the right kind is ever taken for one: every handle argument of every function
 * gets NULL, small integers, released handles, handles of other kinds, forged and random numbers; every pointer that must
 * not be NULL gets NULL. The calls are made from the header: tests/handles/probes.h. */
#include "test.h"

typedef enum { TENSOR, OPTIMIZER, CANCEL_TOKEN, SCOPE, MODE, CUDA_STREAM, CUDA_EVENT, CUDA_STREAM_SCOPE, DICT, RELEASE_QUEUE, POINTER } ProbeKind;

enum { STATUS = 1, ASKS = 2, ASKS_DTYPE = 4, OTHER = 8, NULL_IS_FINE = 16, NEEDS_CUDA = 32 };

typedef struct {
    const char *function;
    const char *argument;
    ProbeKind kind;
    int flags;
    void (*call)(void *bad);
} Probe;

/* What the calls find and leave. */
static int64_t result;
static void *const marked = (void *)0x5a5a5a5a5a5a5a5aULL;
static Tensor *matrix, *indices, *condition;
static const Tensor *list_of_one[1];
static Tensor *params_of_one[1];
static TensorOptimizer *optimizer;
static TendonCancelToken *token;
static TensorScope *scope;
static TensorMode *mode;
static TensorDict *dict;
static TendonReleaseQueue *release_queue;
/* NULL where there is no CUDA device. */
static TendonCudaStream *cuda_stream;
static TendonCudaEvent *cuda_event;
static TendonCudaStreamScope *cuda_scope;
static const TensorScalar zero = {TENSOR_SCALAR_INT, 0, {0}};
static const TensorScalar one = {TENSOR_SCALAR_INT, 0, {1}};
static const TensorDevice cpu = {TENSOR_DEVICE_CPU, 0};
static const int64_t shape_of_four[1] = {4};
static const int64_t dim_zero[1] = {0};
static _Alignas(16) unsigned char bytes[4096];

static const Probe *now;
static int not_null, not_marked;

static void must_be_null(const void *out) {
    not_null |= out != NULL;
}

static void mark(void *out, size_t n) {
    memset(out, 0x5a, n);
}

static void must_be_marked(const void *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        not_marked |= ((const unsigned char *)out)[i] != 0x5a;
    }
}

#include "../handles/probes.h"

static const char *const kinds[] = {"a tensor", "an optimizer", "a cancel token", "a scope", "a mode",
                                    "a CUDA stream", "a CUDA event", "a scope of a CUDA stream", "a tensor dict",
                                    "a release queue"};

static long calls;

static void complain(const char *what, uint64_t number) {
    FAIL("%s, argument %s = %#llx: %s (answer %lld, %s \"%s\")", now->function, now->argument, (unsigned long long)number, what,
         (long long)result, tendon_status_name(tendon_last_error_status()), tendon_last_error_message());
}

static void expect(uint64_t number, TensorStatus status, const char *reason) {
    char message[256];
    snprintf(message, sizeof message, "%s: %s %s", now->function, now->argument, reason);
    tendon_clear_last_error();
    result = 0;
    not_null = not_marked = 0;
    now->call((void *)(uintptr_t)number);
    calls++;
    const int64_t answer = now->flags & STATUS ? status : now->flags & ASKS ? -1 : 0;
    if (result != answer) {
        complain("wrong answer", number);
    } else if (tendon_last_error_status() != status) {
        complain("wrong status", number);
    } else if (strcmp(tendon_last_error_message(), message) != 0) {
        complain("wrong message", number);
    } else if (not_null) {
        complain("a pointer output is not NULL", number);
    } else if (not_marked) {
        complain("an output was written", number);
    }
}

static void expect_fine(void) {
    tendon_clear_last_error();
    now->call(NULL);
    calls++;
    if (tendon_last_error_status() == TENSOR_ERR_INVALID_HANDLE) {
        complain("NULL is documented as fine", 0);
    }
}

/* xorshift64* with a fixed seed. */
static uint64_t random_number(void) {
    static uint64_t state = 0x9e3779b97f4a7c15ULL;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dULL;
}

static uint64_t number_of(const void *handle) {
    return (uint64_t)(uintptr_t)handle;
}

static void probe_handle(int rounds, uint64_t released, const uint64_t *live) {
    char not_live[96];
    const char *kind = kinds[now->kind] + (kinds[now->kind][1] == 'n' ? 3 : 2);
    snprintf(not_live, sizeof not_live, "is not a live %s handle (it was released, or never was one)", kind);

    if (now->flags & NULL_IS_FINE) {
        expect_fine();
    } else {
        expect(0, TENSOR_ERR_INVALID_HANDLE, "is NULL");
    }
    const uint64_t small[] = {1, 8, 64, 4096, 0x7fffffffffffULL, UINT64_MAX, 1ULL << 63, released};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        /* Without a device there is no released handle of the kind. */
        if (small[i] != 0) {
            expect(small[i], TENSOR_ERR_INVALID_HANDLE, not_live);
        }
    }
    /* Addresses of real memory are not followed either. */
    expect(number_of(bytes), TENSOR_ERR_INVALID_HANDLE, not_live);
    expect(number_of(not_live), TENSOR_ERR_INVALID_HANDLE, not_live);
    for (int other = TENSOR; other <= RELEASE_QUEUE; other++) {
        if (live[other] == 0) {
            continue;
        }
        if (other != (int)now->kind) {
            char of_other[96];
            snprintf(of_other, sizeof of_other, "is a handle of %s, expected %s", kinds[other], kinds[now->kind]);
            expect(live[other], TENSOR_ERR_INVALID_HANDLE, of_other);
        }
        /* The slot and generation of a live handle under another kind. */
        if (other != (int)now->kind) {
            expect((live[other] & ~(31ULL << 58)) | ((uint64_t)now->kind + 1) << 58, TENSOR_ERR_INVALID_HANDLE, not_live);
        }
    }
    for (int i = 0; i < rounds; i++) {
        const uint64_t number = random_number();
        expect(number, TENSOR_ERR_INVALID_HANDLE, not_live);
        /* The right mark and kind, any slot and generation. */
        expect((number >> 6 & ~(63ULL << 58)) | 1ULL << 63 | ((uint64_t)now->kind + 1) << 58, TENSOR_ERR_INVALID_HANDLE,
               not_live);
        if (live[now->kind] == 0) {
            continue;
        }
        /* A live slot, another generation. */
        const uint64_t generation = (live[now->kind] ^ (number | 1)) & 0xffffffffULL;
        expect((live[now->kind] & ~0xffffffffULL) | generation, TENSOR_ERR_INVALID_HANDLE, not_live);
    }
}

int main(void) {
    const int64_t two_by_two[2] = {2, 2};
    const float numbers[4] = {1, 2, 3, 4};
    const int64_t places[2] = {0, 1};
    TensorOptions boolean = TENSOR_OPTIONS_INIT;
    boolean.dtype = TENSOR_DTYPE_BOOL;
    matrix = test_make(TENSOR_DTYPE_F32, numbers, two_by_two, 2);
    indices = test_make(TENSOR_DTYPE_I64, places, DIMS(2));
    OK(tensor_ones(two_by_two, 2, &boolean, &condition));
    list_of_one[0] = params_of_one[0] = matrix;
    OK(tensor_sgd_create(params_of_one, 1, NULL, &optimizer));
    OK(tendon_cancel_token_create(&token));
    OK(tensor_scope_begin(&scope));
    OK(tensor_no_grad_begin(&mode));
    OK(tensor_dict_create(&dict));
    OK(tendon_release_queue_create(&release_queue));
    const bool cuda = tendon_has_feature("cuda");
    if (cuda) {
        OK(tendon_cuda_stream_create(0, 0, &cuda_stream));
        OK(tendon_cuda_event_create(0, true, &cuda_event));
        OK(tendon_cuda_stream_begin(cuda_stream, &cuda_scope));
    }

    /* One released handle of each kind. Making anything later may use the slot again, with another generation. */
    Tensor *gone_tensor = NULL;
    TensorOptimizer *gone_optimizer = NULL;
    TendonCancelToken *gone_token = NULL;
    TensorScope *gone_scope = NULL;
    TensorMode *gone_mode = NULL;
    TensorDict *gone_dict = NULL;
    TendonReleaseQueue *gone_queue = NULL;
    TendonCudaStream *gone_stream = NULL;
    TendonCudaEvent *gone_event = NULL;
    TendonCudaStreamScope *gone_stream_scope = NULL;
    OK(tensor_retain(matrix, &gone_tensor));
    OK(tensor_sgd_create(params_of_one, 1, NULL, &gone_optimizer));
    OK(tendon_cancel_token_create(&gone_token));
    OK(tensor_scope_begin(&gone_scope));
    OK(tensor_no_grad_begin(&gone_mode));
    if (cuda) {
        OK(tendon_cuda_stream_create(0, 0, &gone_stream));
        OK(tendon_cuda_event_create(0, false, &gone_event));
        OK(tendon_cuda_stream_begin(gone_stream, &gone_stream_scope));
        OK(tendon_cuda_stream_end(gone_stream_scope));
        OK(tendon_cuda_event_release(gone_event));
        OK(tendon_cuda_stream_release(gone_stream));
    }
    OK(tensor_dict_create(&gone_dict));
    OK(tensor_dict_release(gone_dict));
    OK(tendon_release_queue_create(&gone_queue));
    OK(tendon_release_queue_release(gone_queue));
    OK(tensor_mode_end(gone_mode));
    OK(tensor_scope_end(gone_scope));
    OK(tendon_cancel_token_release(gone_token));
    OK(tensor_optimizer_release(gone_optimizer));
    OK(tensor_release(gone_tensor));
    const uint64_t released[] = {number_of(gone_tensor), number_of(gone_optimizer), number_of(gone_token),
                                 number_of(gone_scope), number_of(gone_mode), number_of(gone_stream),
                                 number_of(gone_event), number_of(gone_stream_scope), number_of(gone_dict),
                                 number_of(gone_queue)};
    const uint64_t live[] = {number_of(matrix), number_of(optimizer), number_of(token), number_of(scope), number_of(mode),
                             number_of(cuda_stream), number_of(cuda_event), number_of(cuda_scope), number_of(dict),
                             number_of(release_queue)};

    const int rounds = test_under_valgrind() ? 2 : 40;
    size_t handles = 0, skipped = 0;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        now = &probes[i];
        if ((now->flags & NEEDS_CUDA) && !cuda) {
            skipped++;
            continue;
        }
        const int64_t tensors_before = tendon_live_tensor_count();
        const int64_t storages_before = tendon_live_storage_count();
        const int64_t handles_before = tendon_live_handle_count();
        if (now->kind == POINTER) {
            expect(0, TENSOR_ERR_NULL_POINTER, "is NULL");
        } else {
            handles++;
            probe_handle(rounds, released[now->kind], live);
        }
        if (tendon_live_tensor_count() != tensors_before || tendon_live_storage_count() != storages_before) {
            if (!(now->flags & NULL_IS_FINE)) {
                complain("tensors were made or ended", 0);
            }
        }
        if (tendon_live_handle_count() != handles_before && !(now->flags & NULL_IS_FINE)) {
            complain("handles were made or ended", 0);
        }
    }
    printf("%zu handle arguments, %zu pointers, %ld calls; %zu arguments need a CUDA device and were skipped\n", handles,
           sizeof probes / sizeof *probes - handles - skipped, calls, skipped);

    /* All that lived is still what it was. */
    HOLDS(matrix, 1, 2, 3, 4);
    EXPECT_EQ(tensor_is_same(matrix, matrix), 1);
    if (cuda) {
        OK(tendon_cuda_stream_end(cuda_scope));
        OK(tendon_cuda_event_release(cuda_event));
        OK(tendon_cuda_stream_release(cuda_stream));
    }
    OK(tensor_dict_release(dict));
    OK(tendon_release_queue_release(release_queue));
    OK(tensor_mode_end(mode));
    OK(tensor_scope_end(scope));
    OK(tendon_cancel_token_release(token));
    OK(tensor_optimizer_release(optimizer));
    OK(tensor_release(condition));
    OK(tensor_release(indices));
    OK(tensor_release(matrix));
    /* A second release takes nothing from anybody. */
    EXPECT_ERROR(tensor_release(matrix), TENSOR_ERR_INVALID_HANDLE,
                 "tensor_release: x is not a live tensor handle (it was released, or never was one)");
    return test_end();
}
