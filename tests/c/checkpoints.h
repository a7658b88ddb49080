/* What the tests of .safetensors and .pt share: the golden files with their values, a folder to write in, files as bytes. */
#ifndef TENDON_TEST_CHECKPOINTS_H
#define TENDON_TEST_CHECKPOINTS_H

#include <errno.h>
#include <limits.h>

#include "files.h"

static char data_folder[PATH_MAX];

static inline const char *golden(const char *name) {
    static char path[PATH_MAX + 100];
    snprintf(path, sizeof path, "%s/%s", data_folder, name);
    return path;
}

static inline Tensor *get(const TensorDict *dict, const char *name) {
    Tensor *x = NULL;
    OK(tensor_dict_get(dict, name, &x));
    return x;
}

static inline TensorLoadStats stats_of(const TensorDict *dict) {
    TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
    OK(tensor_dict_load_stats(dict, &stats));
    return stats;
}

static inline size_t read_file(const char *path, char *into, size_t room) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    size_t n = fread(into, 1, room, file);
    fclose(file);
    return n;
}

/* Whether the process maps a file of that name. */
static inline int is_mapped(const char *name) {
    char line[PATH_MAX + 200];
    FILE *maps = fopen("/proc/self/maps", "r");
    int found = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) found |= strstr(line, name) != NULL;
    if (maps != NULL) fclose(maps);
    return found;
}

static inline double value(int64_t i, TensorDType dtype) {
    double number = (double)((i * 7 + 3) % 11);
    if (dtype == TENSOR_DTYPE_BOOL) return (i * 7 + 3) % 11 % 2;
    int is_unsigned = dtype == TENSOR_DTYPE_U8 || dtype == TENSOR_DTYPE_U16 || dtype == TENSOR_DTYPE_U32 ||
                      dtype == TENSOR_DTYPE_U64;
    return is_unsigned ? number : number - 5;
}

/* The tensor has the golden values. */
static inline void check_values(const TensorDict *dict, const char *name, TensorDType dtype, const int64_t *shape, size_t ndim) {
    Tensor *x = get(dict, name);
    int64_t got[8];
    double expected[64];
    EXPECT_EQ(tensor_dtype(x), dtype);
    EXPECT_EQ(tensor_ndim(x), ndim);
    OK(tensor_shape(x, got, 8));
    int64_t n = 1;
    for (size_t d = 0; d < ndim; d++) {
        EXPECT_EQ(got[d], shape[d]);
        n *= shape[d];
    }
    for (int64_t i = 0; i < n; i++) expected[i] = value(i, dtype);
    if (!test_holds(x, expected, n)) FAIL("%s has other values", name);
    EXPECT_EQ(tensor_requires_grad(x), 0);
    OK(tensor_release(x));
}

static const struct {
    const char *name;
    TensorDType dtype;
} DTYPES[] = {
    {"bool", TENSOR_DTYPE_BOOL}, {"u8", TENSOR_DTYPE_U8},   {"i8", TENSOR_DTYPE_I8},     {"i16", TENSOR_DTYPE_I16},
    {"u16", TENSOR_DTYPE_U16},   {"f16", TENSOR_DTYPE_F16}, {"bf16", TENSOR_DTYPE_BF16}, {"i32", TENSOR_DTYPE_I32},
    {"u32", TENSOR_DTYPE_U32},   {"f32", TENSOR_DTYPE_F32}, {"f64", TENSOR_DTYPE_F64},   {"i64", TENSOR_DTYPE_I64},
    {"u64", TENSOR_DTYPE_U64},
};

/* ---- archives made here ---- */

typedef struct {
    char bytes[4 << 20];
    size_t n;
} Buffer;

static inline void put(Buffer *to, const void *bytes, size_t n) {
    if (to->n + n > sizeof to->bytes) exit(1);
    memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
}

static inline void put_number(Buffer *to, uint64_t number, size_t size) {
    put(to, &number, size);
}

static Buffer archive, directory;
static unsigned entries;

static inline void add_entry(const char *name, const void *bytes, size_t n) {
    size_t at = archive.n, length = strlen(name);
    put(&archive, "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0", 18);
    put_number(&archive, n, 4);
    put_number(&archive, n, 4);
    put_number(&archive, length, 4);
    put(&archive, name, length);
    put(&archive, bytes, n);
    put(&directory, "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    put_number(&directory, n, 4);
    put_number(&directory, n, 4);
    put_number(&directory, length, 4);
    put(&directory, "\0\0\0\0\0\0\0\0\0\0", 10);
    put_number(&directory, 0, 0);
    put_number(&directory, at, 4);
    put(&directory, name, length);
    entries++;
}

static inline void finish_archive(const char *path) {
    size_t at = archive.n;
    put(&archive, directory.bytes, directory.n);
    put(&archive, "PK\5\6\0\0\0\0", 8);
    put_number(&archive, entries, 2);
    put_number(&archive, entries, 2);
    put_number(&archive, directory.n, 4);
    put_number(&archive, at, 4);
    put_number(&archive, 0, 2);
    test_write(path, archive.bytes, archive.n);
    archive.n = directory.n = entries = 0;
}

/* Goes to a new folder, whose name ends in XXXXXX; golden files are those of `data`. */
static inline void enter(const char *data, char *folder) {
    if (realpath(data, data_folder) == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0) {
        FAIL("run this where tests/data is: %s", strerror(errno));
        exit(1);
    }
}

#endif
