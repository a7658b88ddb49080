/* .npy and .npz: what NumPy wrote (tests/data/npy), what it would write, mapping, broken files, disks that are full. */
#include "files.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#define DATA "tests/data/npy/"

static Tensor *load(const char *path, int32_t mmap) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    Tensor *x = NULL;
    options.mmap = mmap;
    OK(tensor_load_npy(path, &options, &x));
    return x;
}

/* Whether x holds what make.py says. */
static void check_values(const Tensor *x, char kind, const char *name) {
    double expected[24];
    for (int i = 0; i < 24; i++) {
        int v = i * 3 % 7;
        expected[i] = kind == 'b' ? v % 2 : kind == 'u' ? v : v - 2;
    }
    if (!test_holds(x, expected, 24)) {
        FAIL("the values of %s", name);
    }
    CHECK(tensor_ndim(x) == 3 && tensor_size(x, 0) == 2 && tensor_size(x, 1) == 3 && tensor_size(x, 2) == 4);
}

static void what_numpy_wrote(void) {
    static const struct {
        const char *code;
        TensorDType dtype;
    } codes[] = {
        {"b1", TENSOR_DTYPE_BOOL}, {"u1", TENSOR_DTYPE_U8},   {"u2", TENSOR_DTYPE_U16}, {"u4", TENSOR_DTYPE_U32},
        {"u8", TENSOR_DTYPE_U64},  {"i1", TENSOR_DTYPE_I8},   {"i2", TENSOR_DTYPE_I16}, {"i4", TENSOR_DTYPE_I32},
        {"i8", TENSOR_DTYPE_I64},  {"f2", TENSOR_DTYPE_F16},  {"f4", TENSOR_DTYPE_F32}, {"f8", TENSOR_DTYPE_F64},
    };
    static const char *const forms[] = {"", "_fortran", "_big"};
    for (size_t c = 0; c < sizeof codes / sizeof codes[0]; c++) {
        for (int form = 0; form < 3; form++) {
            char path[64];
            if (form == 2 && codes[c].code[1] == '1') {
                continue;
            }
            snprintf(path, sizeof path, DATA "%s%s.npy", codes[c].code, forms[form]);
            for (int mapped = 0; mapped < 2; mapped++) {
                Tensor *x = load(path, mapped ? TENSOR_MMAP_ON : TENSOR_MMAP_DEFAULT);
                EXPECT_EQ(tensor_dtype(x), codes[c].dtype);
                check_values(x, codes[c].code[0], path);
                EXPECT_EQ(tensor_is_contiguous(x), form != 1);
                EXPECT_EQ(tensor_fill_(x, tensor_scalar_f(0)), mapped && form != 2 ? TENSOR_ERR_READ_ONLY : TENSOR_OK);
                test_release(x);
            }
            /* And back: the same file, to the byte. */
            if (form != 2) {
                Tensor *x = load(path, TENSOR_MMAP_OFF);
                OK(tensor_save_npy(x, test_path("again.npy"), NULL));
                if (!test_same_bytes(path, test_path("again.npy"))) {
                    FAIL("%s saved again is another file", path);
                }
                test_release(x);
            }
        }
    }
    static const char *const others[] = {"version1", "version2", "version3", "big_fortran"};
    for (int i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof path, DATA "%s.npy", others[i]);
        Tensor *x = load(path, TENSOR_MMAP_DEFAULT);
        check_values(x, 'f', path);
        test_release(x);
    }
    Tensor *x = load(DATA "rank0.npy", TENSOR_MMAP_ON);
    EXPECT_EQ(tensor_ndim(x), 0);
    HOLDS(x, 2.5);
    test_release(x);
    x = load(DATA "empty.npy", TENSOR_MMAP_ON);
    CHECK(tensor_ndim(x) == 2 && tensor_size(x, 0) == 0 && tensor_size(x, 1) == 3);
    test_release(x);
    x = load(DATA "vector.npy", TENSOR_MMAP_OFF);
    HOLDS(x, 0, 1, 2, 3, 4);
    test_release(x);
}

static void what_is_no_array_of_numbers(void) {
    static const char *const files[][2] = {
        {"objects", "Python objects"}, {"records", "structured"}, {"complex", "complex"}, {"text", "text"}, {"dates", "dates"},
    };
    for (int i = 0; i < 5; i++) {
        char path[64];
        Tensor *x = NULL;
        snprintf(path, sizeof path, DATA "%s.npy", files[i][0]);
        FAILS(tensor_load_npy(path, NULL, &x), TENSOR_ERR_UNSUPPORTED, files[i][1]);
        CHECK(x == NULL && strstr(tendon_last_error_message(), path) != NULL);
    }
}

static void layouts_and_gradients(void) {
    /* A slice of a transposed tensor, with an offset and gaps. */
    Tensor *x = FLOATS(DIMS(3, 4), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    Tensor *turned = NULL;
    Tensor *part = NULL;
    Tensor *back = NULL;
    OK(tensor_transpose(x, 0, 1, &turned));
    OK(tensor_slice(turned, 0, 1, 4, 2, &part));
    OK(tensor_save_npy(part, test_path("part.npy"), NULL));
    back = load(test_path("part.npy"), TENSOR_MMAP_DEFAULT);
    HOLDS(back, 1, 5, 9, 3, 7, 11);
    EXPECT_EQ(tensor_is_contiguous(back), 1);
    test_release(back);
    OK(tensor_save_npy(turned, test_path("turned.npy"), NULL));
    back = load(test_path("turned.npy"), TENSOR_MMAP_ON);
    HOLDS(back, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
    EXPECT_EQ(tensor_stride(back, 0), 1);
    test_release(part);
    test_release(turned);
    test_release(x);
    test_release(back);

    x = test_leaf(3, DIMS(2));
    Tensor *y = NULL;
    OK(tensor_mul(x, x, &y));
    OK(tensor_save_npy(y, test_path("tracked.npy"), NULL));
    back = load(test_path("tracked.npy"), TENSOR_MMAP_DEFAULT);
    HOLDS(back, 9, 9);
    EXPECT_EQ(tensor_requires_grad(back), 0);
    test_release(back);
    test_release(x);
    test_release(y);

    /* Bytes that are true, and those that NumPy knows. */
    static const uint8_t bools[3] = {0, 255, 7};
    x = test_make(TENSOR_DTYPE_BOOL, bools, DIMS(3));
    OK(tensor_save_npy(x, test_path("bool.npy"), NULL));
    Bytes bytes = test_read(test_path("bool.npy"));
    CHECK(bytes.n == 131 && memcmp(bytes.data + 128, "\0\1\1", 3) == 0);
    free(bytes.data);
    test_release(x);

    TensorOptions options = TENSOR_OPTIONS_INIT;
    options.dtype = TENSOR_DTYPE_BF16;
    OK(tensor_ones(DIMS(2), &options, &x));
    FAILS(tensor_save_npy(x, test_path("bf16.npy"), NULL), TENSOR_ERR_UNSUPPORTED, "convert to f32 first");
    CHECK(access(test_path("bf16.npy"), F_OK) != 0);
    test_release(x);
}

static void options(void) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    TensorSaveOptions save = TENSOR_SAVE_OPTIONS_INIT;
    const char *const names[1] = {"x"};
    Tensor *x = (Tensor *)1;
    options.names = names;
    options.nnames = 1;
    FAILS(tensor_load_npy(DATA "f4.npy", &options, &x), TENSOR_ERR_INVALID_ARGUMENT, "names must be NULL");
    CHECK(x == NULL);
    options.names = NULL;
    options.mmap = 9;
    FAILS(tensor_load_npy(DATA "f4.npy", &options, &x), TENSOR_ERR_INVALID_ARGUMENT, "options.mmap is 9");
    FAILS(tensor_load_npy(NULL, NULL, &x), TENSOR_ERR_NULL_POINTER, "path is NULL");
    FAILS(tensor_load_npy("", NULL, &x), TENSOR_ERR_INVALID_ARGUMENT, "path is empty");
    char long_path[5000];
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = 0;
    FAILS(tensor_load_npy(long_path, NULL, &x), TENSOR_ERR_INVALID_ARGUMENT, "path has 4999 bytes, a path at most 4095");
    const char *const twice[2] = {"x", "x"};
    TensorDict *dict = NULL;
    TensorLoadOptions by_name = TENSOR_LOAD_OPTIONS_INIT;
    by_name.names = twice;
    by_name.nnames = 2;
    FAILS(tensor_dict_load_npz(DATA "stored.npz", &by_name, &dict), TENSOR_ERR_INVALID_ARGUMENT, "\"x\" twice");
    FAILS(tensor_load_npy(DATA "f4.npy", NULL, NULL), TENSOR_ERR_NULL_POINTER, "out is NULL");
    save.compress = true;
    OK(tensor_ones(NULL, 0, NULL, &x));
    FAILS(tensor_save_npy(x, test_path("x.npy"), &save), TENSOR_ERR_INVALID_ARGUMENT, "cannot be compressed");
    test_release(x);
}

/* Every beginning of a good file, and places that are no files. */
static void broken_files(void) {
    Tensor *x = NULL;
    Bytes good = test_read(DATA "f4.npy");
    for (size_t n = 0; n < good.n; n++) {
        test_write(test_path("short.npy"), good.data, n);
        TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
        options.mmap = n % 2 ? TENSOR_MMAP_ON : TENSOR_MMAP_OFF;
        FAILS(tensor_load_npy(test_path("short.npy"), &options, &x), TENSOR_ERR_FORMAT, "short.npy");
    }
    /* A terabyte in a small file is no reason to ask for memory. */
    memcpy(strstr((char *)good.data + 10, "(2, 3, 4), }"), "(274877906944,), }", 18);
    test_write(test_path("huge.npy"), good.data, good.n);
    FAILS(tensor_load_npy(test_path("huge.npy"), NULL, &x), TENSOR_ERR_FORMAT, "1099511627776 bytes, 96 are there");
    free(good.data);
    FAILS(tensor_load_npy(DATA "stored.npz", NULL, &x), TENSOR_ERR_FORMAT, "tensor_dict_load_npz");
    FAILS(tensor_load_npy(DATA, NULL, &x), TENSOR_ERR_IO, "no regular file");
    FAILS(tensor_load_npy(test_path("missing.npy"), NULL, &x), TENSOR_ERR_IO, "missing.npy");
    if (mkfifo(test_path("pipe"), 0600) != 0) {
        perror("mkfifo");
        exit(1);
    }
    FAILS(tensor_load_npy(test_path("pipe"), NULL, &x), TENSOR_ERR_IO, "no regular file");
    OK(tensor_ones(NULL, 0, NULL, &x));
    FAILS(tensor_save_npy(x, test_path("pipe"), NULL), TENSOR_ERR_IO, "no regular file");
    FAILS(tensor_save_npy(x, test_path("no/folder.npy"), NULL), TENSOR_ERR_IO, "no/folder.npy");
    test_release(x);
    /* What follows an array is not read: NumPy can put several into one file. */
    good = test_read(DATA "f4.npy");
    good.data = realloc(good.data, good.n + 8);
    memset(good.data + good.n, 1, 8);
    test_write(test_path("two.npy"), good.data, good.n + 8);
    free(good.data);
    x = load(test_path("two.npy"), TENSOR_MMAP_OFF);
    check_values(x, 'f', "two.npy");
    test_release(x);
}

static void check_member(const TensorDict *dict, const char *name, char kind) {
    Tensor *x = NULL;
    OK(tensor_dict_get(dict, name, &x));
    check_values(x, kind, name);
    test_release(x);
}

static void archives(void) {
    static const char *const files[2] = {DATA "stored.npz", DATA "packed.npz"};
    static const char *const order[6] = {"f4", "big", "fortran", "u1", "gr\xc3\xb6\xc3\x9f" "e/x", "rank0"};
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    TensorDict *dict = NULL;
    Tensor *x = NULL;
    for (int packed = 0; packed < 2; packed++) {
        for (int mapped = 0; mapped < 2; mapped++) {
            TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
            options.mmap = mapped ? TENSOR_MMAP_ON : TENSOR_MMAP_DEFAULT;
            OK(tensor_dict_load_npz(files[packed], &options, &dict));
            EXPECT_EQ(tensor_dict_len(dict), 6);
            for (int i = 0; i < 6; i++) {
                const char *name = NULL;
                OK(tensor_dict_name(dict, i, &name));
                EXPECT_EQ(strcmp(name, order[i]), 0);
            }
            check_member(dict, "f4", 'f');
            check_member(dict, "big", 'f');
            check_member(dict, "fortran", 'f');
            check_member(dict, "u1", 'u');
            OK(tensor_dict_get(dict, order[4], &x));
            EXPECT_EQ(tensor_size(x, 0), 300);
            test_release(x);
            OK(tensor_dict_load_stats(dict, &stats));
            EXPECT_EQ(stats.mapped_tensors + stats.copied_tensors, 6);
            EXPECT_EQ(stats.unmappable_tensors, mapped ? stats.copied_tensors : 0);
            CHECK(packed || !mapped ? stats.mapped_tensors == 0 : stats.mapped_tensors > 0);
            OK(tensor_dict_release(dict));
        }
    }
    /* Some by name, in an order of the caller's. */
    const char *const wanted[2] = {"u1", "f4"};
    options.names = wanted;
    options.nnames = 2;
    OK(tensor_dict_load_npz(files[0], &options, &dict));
    const char *first = NULL;
    OK(tensor_dict_name(dict, 0, &first));
    CHECK(tensor_dict_len(dict) == 2 && strcmp(first, "u1") == 0);
    OK(tensor_dict_release(dict));
    const char *const missing[1] = {"f5"};
    options.names = missing;
    options.nnames = 1;
    FAILS(tensor_dict_load_npz(files[0], &options, &dict), TENSOR_ERR_NOT_FOUND, "f5");
    CHECK(dict == NULL);
    FAILS(tensor_dict_load_npz(DATA "f4.npy", NULL, &dict), TENSOR_ERR_FORMAT, "zip");
    FAILS(tensor_dict_load_npz("/dev/null", NULL, &dict), TENSOR_ERR_IO, "no regular file");
}

static int all_equal(const Tensor *a, const Tensor *b) {
    Tensor *same = NULL;
    Tensor *all = NULL;
    OK(tensor_eq(a, b, &same));
    OK(tensor_all(same, NULL, 0, NULL, &all));
    int equal = test_item(all) == 1;
    test_release(same);
    test_release(all);
    return equal;
}

static void archives_saved(void) {
    TensorSaveOptions save = TENSOR_SAVE_OPTIONS_INIT;
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    TensorDict *dict = NULL;
    TensorDict *back = NULL;
    Tensor *x[3];
    static const char *const names[3] = {"a", "../b", "a.npy"};
    x[0] = FLOATS(DIMS(2, 2), 1, 2, 3, 4);
    x[1] = test_full(0, DIMS(300, 300));
    OK(tensor_transpose(x[0], 0, 1, &x[2]));
    OK(tensor_dict_create(&dict));
    for (int i = 0; i < 3; i++) {
        OK(tensor_dict_set(dict, names[i], x[i]));
    }
    for (int compress = 0; compress < 2; compress++) {
        struct stat facts;
        save.compress = compress;
        OK(tensor_dict_save_npz(dict, test_path("saved.npz"), &save));
        CHECK(stat(test_path("saved.npz"), &facts) == 0 && (facts.st_size < 4000) == compress);
        for (int mapped = 0; mapped < 2; mapped++) {
            TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
            options.mmap = mapped ? TENSOR_MMAP_ON : TENSOR_MMAP_OFF;
            OK(tensor_dict_load_npz(test_path("saved.npz"), &options, &back));
            EXPECT_EQ(tensor_dict_len(back), 3);
            for (int i = 0; i < 3; i++) {
                Tensor *y = NULL;
                const char *name = NULL;
                OK(tensor_dict_name(back, i, &name));
                EXPECT_EQ(strcmp(name, names[i]), 0);
                OK(tensor_dict_at(back, i, &y));
                CHECK(tensor_ndim(y) == 2 && tensor_size(y, 0) == tensor_size(x[i], 0));
                CHECK(all_equal(x[i], y));
                test_release(y);
            }
            /* Stored arrays are aligned, so that all are mapped. */
            OK(tensor_dict_load_stats(back, &stats));
            EXPECT_EQ(stats.mapped_tensors, mapped && !compress ? 3 : 0);
            OK(tensor_dict_release(back));
        }
    }
    /* A bit that flips in the data is found where the data is read. */
    save.compress = false;
    OK(tensor_dict_save_npz(dict, test_path("saved.npz"), &save));
    Bytes bytes = test_read(test_path("saved.npz"));
    bytes.data[bytes.n / 2] ^= 1;
    test_write(test_path("flipped.npz"), bytes.data, bytes.n);
    FAILS(tensor_dict_load_npz(test_path("flipped.npz"), NULL, &back), TENSOR_ERR_FORMAT, "checksum");
    for (size_t n = 0; n < bytes.n; n += 997) {
        test_write(test_path("short.npz"), bytes.data, n);
        FAILS(tensor_dict_load_npz(test_path("short.npz"), NULL, &back), TENSOR_ERR_FORMAT, "short.npz");
        CHECK(back == NULL);
    }
    free(bytes.data);
    OK(tensor_dict_release(dict));
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_save_npz(dict, test_path("nothing.npz"), NULL));
    OK(tensor_dict_load_npz(test_path("nothing.npz"), NULL, &back));
    EXPECT_EQ(tensor_dict_len(back), 0);
    OK(tensor_dict_release(back));
    OK(tensor_dict_release(dict));
    for (int i = 0; i < 3; i++) {
        test_release(x[i]);
    }
}

/* A disk that is full, as far as a process can make one: what was there is there, and nothing else. */
static void full_disks(void) {
    struct rlimit before, limit;
    Tensor *small = test_full(1, DIMS(4));
    Tensor *large = test_full(2, DIMS(100000));
    TensorDict *dict = NULL;
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_set(dict, "large", large));
    mkdir(test_path("full"), 0700);
    OK(tensor_save_npy(small, test_path("full/x.npy"), NULL));
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_FSIZE, &before) != 0) {
        perror("getrlimit");
        exit(1);
    }
    limit = before;
    limit.rlim_cur = 20000;
    setrlimit(RLIMIT_FSIZE, &limit);
    TensorStatus npy = tensor_save_npy(large, test_path("full/x.npy"), NULL);
    CHECK(strstr(tendon_last_error_message(), "full/x.npy") != NULL);
    TensorStatus npz = tensor_dict_save_npz(dict, test_path("full/x.npy"), NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    EXPECT_EQ(npy, TENSOR_ERR_IO);
    EXPECT_EQ(npz, TENSOR_ERR_IO);
    Tensor *x = load(test_path("full/x.npy"), TENSOR_MMAP_DEFAULT);
    HOLDS(x, 1, 1, 1, 1);
    /* A folder that holds anything else cannot be removed. */
    CHECK(unlink(test_path("full/x.npy")) == 0 && rmdir(test_path("full")) == 0);
    test_release(x);
    test_release(small);
    test_release(large);
    OK(tensor_dict_release(dict));
}

/* 128 KiB of stack are enough, also for packing. */
static void *save_and_load(void *dict) {
    TensorSaveOptions save = TENSOR_SAVE_OPTIONS_INIT;
    for (int packed = 0; packed < 2; packed++) {
        TensorDict *again = NULL;
        save.compress = packed;
        OK(tensor_dict_save_npz(dict, test_path("small.npz"), &save));
        OK(tensor_dict_load_npz(test_path("small.npz"), NULL, &again));
        OK(tensor_dict_release(again));
    }
    return NULL;
}

static void small_stacks(void) {
    TensorDict *dict = NULL;
    Tensor *x = test_full(1, DIMS(300));
    pthread_attr_t small;
    pthread_t thread;
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_set(dict, "x", x));
    EXPECT_EQ(pthread_attr_init(&small), 0);
    EXPECT_EQ(pthread_attr_setstacksize(&small, 128 << 10), 0);
    EXPECT_EQ(pthread_create(&thread, &small, save_and_load, dict), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    OK(tensor_dict_release(dict));
    test_release(x);
}

/* A call that is cancelled leaves what was there. */
static void cancelled(void) {
    TendonCancelToken *token = NULL;
    Tensor *x = test_full(1, DIMS(4));
    Tensor *y = NULL;
    Tensor *big = load(DATA "f8_big.npy", TENSOR_MMAP_OFF);
    OK(tensor_save_npy(x, test_path("kept.npy"), NULL));
    OK(tendon_cancel_token_create(&token));
    OK(tendon_set_cancel_token(token));
    OK(tendon_cancel_token_cancel(token));
    FAILS(tensor_save_npy(big, test_path("kept.npy"), NULL), TENSOR_ERR_CANCELLED, "cancelled");
    FAILS(tensor_load_npy(DATA "f8_big.npy", NULL, &y), TENSOR_ERR_CANCELLED, "cancelled");
    OK(tendon_set_cancel_token(NULL));
    OK(tendon_cancel_token_release(token));
    y = load(test_path("kept.npy"), TENSOR_MMAP_DEFAULT);
    HOLDS(y, 1, 1, 1, 1);
    test_release(x);
    test_release(y);
    test_release(big);
}

int main(void) {
    test_make_folder();
    what_numpy_wrote();
    what_is_no_array_of_numbers();
    layouts_and_gradients();
    options();
    broken_files();
    archives();
    archives_saved();
    /* The limit would be one for valgrind's report, too. */
    if (!test_under_valgrind()) {
        full_disks();
    }
    small_stacks();
    cancelled();
    test_remove_folder();
    return test_end();
}
