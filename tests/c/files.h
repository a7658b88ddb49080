/* What the tests of files share: a folder of their own, whole files as bytes, errors by a word of their reason. */
#ifndef TENDON_TEST_FILES_H
#define TENDON_TEST_FILES_H

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char test_folder[64] = "/tmp/tendon-files-XXXXXX";

static inline void test_make_folder(void) {
    if (mkdtemp(test_folder) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
}

/* With the files in it. */
static inline void test_remove_folder(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", test_folder);
    CHECK(system(command) == 0);
}

/* A path in the folder; good until the fourth call from now. */
static inline const char *test_path(const char *name) {
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder, name);
    return path;
}

typedef struct {
    unsigned char *data;
    size_t n;
} Bytes;

static inline Bytes test_read(const char *path) {
    Bytes bytes = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    bytes.n = (size_t)ftell(file);
    rewind(file);
    bytes.data = malloc(bytes.n + 1);
    if (fread(bytes.data, 1, bytes.n, file) != bytes.n) {
        perror(path);
        exit(1);
    }
    bytes.data[bytes.n] = 0;
    fclose(file);
    return bytes;
}

static inline void test_write(const char *path, const void *data, size_t n) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, n, file) != n || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static inline int test_same_bytes(const char *a, const char *b) {
    Bytes x = test_read(a);
    Bytes y = test_read(b);
    int same = x.n == y.n && memcmp(x.data, y.data, x.n) == 0;
    free(x.data);
    free(y.data);
    return same;
}

/* The status, and `word` somewhere in the reason. */
#define FAILS(call, expected, word)                                                                            \
    do {                                                                                                       \
        TensorStatus test_status = (call);                                                                     \
        if (test_status != (expected) || strstr(tendon_last_error_message(), (word)) == NULL) {                \
            FAIL("%s\n    got      %s \"%s\"\n    expected %s \"...%s...\"", #call,                            \
                 tendon_status_name(test_status), test_status == TENSOR_OK ? "" : tendon_last_error_message(), \
                 tendon_status_name(expected), (word));                                                        \
        }                                                                                                      \
    } while (0)

#endif
