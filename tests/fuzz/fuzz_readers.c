/*
 * A fuzz target over the readers of files: an input is a file, which is loaded mapped and copied.
 *
 * Whatever the bytes are, the answer is tensors that can be read to their last element, or an error that says the file is
 * none of its kind; nothing is alive afterwards. Where both ways load it, they give the same bytes.
 *
 * FUZZ_READER=npy in the environment names the reader. Built by tests/fuzz/run.sh with clang -fsanitize=fuzzer; with
 * -DREPLAY it has a main() of its own that runs the files named on the command line, each by the reader that its folder is
 * named after. tests/fuzz_readers.rs runs the files in tests/fuzz/seeds so.
 */
#include "tendon.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *current = "start"; /* the function that runs */
static uint64_t cases, loaded, refused;
static bool names_files; /* the reader opens further files that the input names */

static _Noreturn void finding(const char *what, long long a)
{
    fprintf(stderr, "FINDING in %s: %s (%lld); last error: %s\n", current, what, a, tendon_last_error_message());
    abort();
}

#define REQUIRE(condition) do { if (!(condition)) finding(#condition, 0); } while (0)

/* OK, or what a file that is not as it should be can give. */
static bool answered(TensorStatus status)
{
    size_t n = strlen(current);
    const char *message = tendon_last_error_message();
    switch (status) {
    case TENSOR_OK: loaded++; return true;
    case TENSOR_ERR_FORMAT:
    case TENSOR_ERR_UNSUPPORTED:
    case TENSOR_ERR_NOT_FOUND:
    case TENSOR_ERR_OUT_OF_MEMORY: break;
    case TENSOR_ERR_IO:
        if (names_files) break; /* fall through */
    default: finding("a status that no file should give", status);
    }
    refused++;
    if (tendon_last_error_status() != status) finding("stored another status", status);
    if (strncmp(message, current, n) != 0 || strncmp(message + n, ": ", 2) != 0 || message[n + 2] == 0)
        finding("the message does not begin with the name", status);
    return false;
}

/* Reads all of a tensor: a sum over its bytes in C order, its shape and its dtype. */
static uint64_t read_all(const Tensor *x)
{
    Tensor *plain = NULL;
    const void *data = NULL;
    uint64_t sum = 1469598103934665603u;
    /* Strides of 0 make a tensor of any size from one element. */
    if (tensor_numel(x) > 1 << 22) return 1;
    if (tensor_contiguous(x, &plain) != TENSOR_OK) {
        /* A copy can be too large; the tensor itself was not. */
        REQUIRE(tendon_last_error_status() == TENSOR_ERR_OUT_OF_MEMORY);
        return 0;
    }
    int64_t n = tensor_numel(x), ndim = tensor_ndim(x);
    REQUIRE(n >= 0 && ndim >= 0 && tensor_data(plain, &data) == TENSOR_OK);
    size_t nbytes = (size_t)n * tensor_dtype_size(tensor_dtype(x));
    for (size_t i = 0; i < nbytes; i++) sum = (sum ^ ((const uint8_t *)data)[i]) * 1099511628211u;
    for (int64_t i = 0; i < ndim; i++) sum = (sum ^ (uint64_t)tensor_size(x, i)) * 1099511628211u;
    REQUIRE(tensor_release(plain) == TENSOR_OK);
    return sum ^ (uint64_t)tensor_dtype(x);
}

static uint64_t read_dict(const TensorDict *dict)
{
    uint64_t sum = 0;
    int64_t n = tensor_dict_len(dict);
    for (int64_t i = 0; i < n; i++) {
        const char *name = NULL;
        Tensor *x = NULL;
        REQUIRE(tensor_dict_name(dict, i, &name) == TENSOR_OK && tensor_dict_at(dict, i, &x) == TENSOR_OK);
        sum = sum * 31 + read_all(x) + strlen(name);
        REQUIRE(tensor_release(x) == TENSOR_OK && tensor_dict_contains(dict, name) == 1);
    }
    n = tensor_dict_metadata_len(dict);
    for (int64_t i = 0; i < n; i++) {
        const char *key = NULL, *value = NULL;
        REQUIRE(tensor_dict_metadata_at(dict, i, &key, &value) == TENSOR_OK);
        sum = sum * 31 + strlen(key) * 7 + strlen(value);
    }
    return sum;
}

/* ---- the readers ---- */

typedef TensorStatus LoadOne(const char *path, const TensorLoadOptions *options, Tensor **out);
typedef TensorStatus LoadAll(const char *path, const TensorLoadOptions *options, TensorDict **out);

/* Copied and mapped. */
static void one(const char *path, LoadOne *load, const char *name)
{
    uint64_t sums[2] = {0, 0};
    bool ok[2];
    current = name;
    for (int mapped = 0; mapped < 2; mapped++) {
        TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
        Tensor *x = (Tensor *)1;
        options.mmap = mapped ? TENSOR_MMAP_ON : TENSOR_MMAP_OFF;
        ok[mapped] = answered(load(path, &options, &x));
        REQUIRE(ok[mapped] == (x != NULL));
        if (ok[mapped]) sums[mapped] = read_all(x);
        REQUIRE(tensor_release(x) == TENSOR_OK);
    }
    REQUIRE(ok[0] == ok[1] && sums[0] == sums[1]);
}

/* Of an archive that is mapped the checksums are not read. */
static void all(const char *path, LoadAll *load, const char *name)
{
    uint64_t sums[2] = {0, 0};
    bool ok[2];
    current = name;
    for (int mapped = 0; mapped < 2; mapped++) {
        TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
        TensorDict *dict = (TensorDict *)1;
        options.mmap = mapped ? TENSOR_MMAP_ON : TENSOR_MMAP_OFF;
        ok[mapped] = answered(load(path, &options, &dict));
        REQUIRE(ok[mapped] == (dict != NULL));
        if (ok[mapped]) sums[mapped] = read_dict(dict);
        REQUIRE(tensor_dict_release(dict) == TENSOR_OK);
    }
    REQUIRE(!ok[0] || (ok[1] && sums[0] == sums[1]));
}

static void npy(const char *path) { one(path, tensor_load_npy, "tensor_load_npy"); }
static void npz(const char *path) { all(path, tensor_dict_load_npz, "tensor_dict_load_npz"); }

static void pt(const char *path) { all(path, tensor_dict_load_pytorch, "tensor_dict_load_pytorch"); }

static void safetensors(const char *path)
{
    names_files = true;
    all(path, tensor_dict_load_safetensors, "tensor_dict_load_safetensors");
    names_files = false;
}

static void csv(const char *path)
{
    static const char *const names[] = {"b"};
    for (int form = 0; form < 6; form++) {
        TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
        Tensor *x = (Tensor *)1;
        TensorDict *dict = (TensorDict *)1;
        options.header = form & 1;
        options.index = form == 2;
        options.skip_rows = form == 3;
        options.dtype = form == 1 ? TENSOR_DTYPE_I16 : form == 4 ? TENSOR_DTYPE_BF16 : 0;
        if (form == 5) options.names = names, options.nnames = 1;
        current = "tensor_load_csv";
        bool ok = answered(tensor_load_csv(path, &options, &x));
        REQUIRE(ok == (x != NULL));
        REQUIRE(!ok || tensor_ndim(x) == 2);
        if (ok) read_all(x);
        REQUIRE(tensor_release(x) == TENSOR_OK);
        current = "tensor_dict_load_csv";
        ok = answered(tensor_dict_load_csv(path, &options, &dict));
        REQUIRE(ok == (dict != NULL));
        if (ok) read_dict(dict);
        REQUIRE(tensor_dict_release(dict) == TENSOR_OK);
    }
}

static const struct {
    const char *name;
    void (*run)(const char *path);
} readers[] = {
    {"npy", npy},
    {"npz", npz},
    {"csv", csv},
    {"pt", pt},
    {"safetensors", safetensors},
};

static void (*reader_of(const char *name, size_t n))(const char *path)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (strlen(readers[i].name) == n && strncmp(readers[i].name, name, n) == 0) return readers[i].run;
    fprintf(stderr, "there is no reader \"%.*s\"\n", (int)n, name);
    exit(2);
}

/* ---- cases ---- */

static void run_case(void (*reader)(const char *path), const uint8_t *data, size_t n)
{
    static int file = -1;
    static char path[32];
    if (file < 0) {
        file = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) != 0 || (n > 0 && pwrite(file, data, n, 0) != (ssize_t)n)) {
        perror("memfd");
        exit(2);
    }
    cases++;
    reader(path);
    current = "the end";
    REQUIRE(tendon_live_tensor_count() == 0 && tendon_live_storage_count() == 0 && tendon_live_handle_count() == 0);
}

static void report(void)
{
    fprintf(stderr, "fuzz_readers: %" PRIu64 " files, %" PRIu64 " loads, %" PRIu64 " refusals\n", cases, loaded, refused);
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 2;
        }
        size_t n = fread(data, 1, sizeof data, file);
        fclose(file);
        char *end = strrchr(argv[i], '/'), *start = end;
        while (start != NULL && start > argv[i] && start[-1] != '/') start--;
        if (start == NULL) return 2;
        fprintf(stderr, "%s\n", argv[i]);
        run_case(reader_of(start, (size_t)(end - start)), data, n);
    }
    report();
    return 0;
}
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static void (*reader)(const char *path);
    if (reader == NULL) {
        const char *name = getenv("FUZZ_READER");
        if (name == NULL) name = "none";
        reader = reader_of(name, strlen(name));
        atexit(report);
    }
    run_case(reader, data, n);
    return 0;
}
#endif
