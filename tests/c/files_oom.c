/* Files that memory does not suffice for: each call answers, nothing aborts, leaks or is lost.
 * tendon-test: no-valgrind (valgrind itself lives in the address space that is limited here) */
#include "checkpoints.h"
#include "files.h"

#include <malloc.h>
#include <sys/resource.h>

enum { ROWS = 40000, COLUMNS = 8 };

static long refused, done;

static size_t address_space(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* From now on `extra` bytes more than now, at most; 0 = no limit. */
static void limit(size_t extra) {
    struct rlimit bound;
    CHECK(getrlimit(RLIMIT_AS, &bound) == 0);
    bound.rlim_cur = extra == 0 ? bound.rlim_max : address_space() + extra;
    CHECK(setrlimit(RLIMIT_AS, &bound) == 0);
}

static void either(TensorStatus status, const void *out, int expects_out, const char *what) {
    if (status == TENSOR_OK) {
        done++;
    } else {
        refused++;
        if (status != TENSOR_ERR_OUT_OF_MEMORY) {
            FAIL("%s: %s \"%s\"", what, tendon_status_name(status), tendon_last_error_message());
        }
    }
    if (expects_out && (out != NULL) != (status == TENSOR_OK)) {
        FAIL("%s: status %d and an output %p", what, status, out);
    }
}

static void one(TensorStatus (*load)(const char *, const TensorLoadOptions *, Tensor **), const char *path, int32_t mmap) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    Tensor *x = NULL;
    options.mmap = mmap;
    TensorStatus status = load(path, &options, &x);
    either(status, x, 1, path);
    OK(tensor_release(x));
}

static void all(TensorStatus (*load)(const char *, const TensorLoadOptions *, TensorDict **), const char *path, int32_t mmap) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    TensorDict *dict = NULL;
    options.mmap = mmap;
    TensorStatus status = load(path, &options, &dict);
    either(status, dict, 1, path);
    OK(tensor_dict_release(dict));
}

/* Many names, a long list of numbers, one tensor. */
static void write_checkpoint(const char *path) {
    static Buffer pickle;
    put(&pickle, "\x80\2}(X\1\0\0\0n](", 12);
    for (int i = 0; i < 60000; i++) put(&pickle, "K\1", 2);
    put(&pickle, "eX\1\0\0\0d}(", 9);
    for (int i = 0; i < 20000; i++) {
        char key[16];
        snprintf(key, sizeof key, "key%05d", i);
        put(&pickle, "X\10\0\0\0", 5);
        put(&pickle, key, 8);
        put(&pickle, "G?\360\0\0\0\0\0\0", 9);
    }
    put(&pickle, "uu.", 3);
    add_entry("x/data.pkl", pickle.bytes, pickle.n);
    finish_archive(path);
}

int main(void) {
    CHECK(mallopt(M_ARENA_MAX, 1) == 1);
    test_make_folder();
    Tensor *x = NULL;
    Tensor *turned = NULL;
    Tensor *out = NULL;
    TensorDict *dict = NULL;
    TensorDict *columns = NULL;
    TensorSaveOptions packed = TENSOR_SAVE_OPTIONS_INIT;
    packed.compress = true;
    OK(tensor_rand(DIMS(COLUMNS, ROWS), NULL, &x));
    OK(tensor_transpose(x, 0, 1, &turned));
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_set(dict, "x", x));
    OK(tensor_dict_set(dict, "turned", turned));
    OK(tensor_dict_create(&columns));
    for (int i = 0; i < COLUMNS; i++) {
        char name[8];
        Tensor *column = NULL;
        snprintf(name, sizeof name, "c%d", i);
        OK(tensor_select(x, 0, i, &column));
        OK(tensor_dict_set(columns, name, column));
        test_release(column);
    }
    TensorDict *many = NULL;
    Tensor *tiny = NULL;
    OK(tensor_dict_create(&many));
    OK(tensor_zeros(DIMS(1), NULL, &tiny));
    for (int i = 0; i < 4000; i++) {
        char name[16];
        snprintf(name, sizeof name, "layer.%d", i);
        OK(tensor_dict_set(many, name, tiny));
    }
    char npy[256], npz[256], packed_npz[256], csv[256], safetensors[256], names[256], pt[256];
    snprintf(npy, sizeof npy, "%s/x.npy", test_folder);
    snprintf(npz, sizeof npz, "%s/x.npz", test_folder);
    snprintf(packed_npz, sizeof packed_npz, "%s/packed.npz", test_folder);
    snprintf(csv, sizeof csv, "%s/x.csv", test_folder);
    snprintf(safetensors, sizeof safetensors, "%s/x.safetensors", test_folder);
    snprintf(names, sizeof names, "%s/names.safetensors", test_folder);
    snprintf(pt, sizeof pt, "%s/x.pt", test_folder);
    OK(tensor_dict_save_safetensors(dict, safetensors, NULL));
    OK(tensor_dict_save_safetensors(many, names, NULL));
    OK(tensor_dict_release(many));
    test_release(tiny);
    write_checkpoint(pt);
    OK(tensor_save_npy(x, npy, NULL));
    OK(tensor_dict_save_npz(dict, npz, NULL));
    OK(tensor_dict_save_npz(dict, packed_npz, &packed));
    OK(tensor_dict_save_csv(columns, csv, NULL));
    for (size_t extra = 16 << 20; extra >= 128 << 10; extra -= extra / 8) {
        (void)tendon_release_cached_memory();
        malloc_trim(0);
        limit(extra);
        one(tensor_load_npy, npy, TENSOR_MMAP_OFF);
        one(tensor_load_npy, npy, TENSOR_MMAP_ON);
        all(tensor_dict_load_npz, npz, TENSOR_MMAP_OFF);
        all(tensor_dict_load_npz, npz, TENSOR_MMAP_ON);
        all(tensor_dict_load_npz, packed_npz, TENSOR_MMAP_OFF);
        all(tensor_dict_load_safetensors, safetensors, TENSOR_MMAP_OFF);
        all(tensor_dict_load_safetensors, safetensors, TENSOR_MMAP_ON);
        all(tensor_dict_load_safetensors, names, TENSOR_MMAP_ON);
        all(tensor_dict_load_pytorch, pt, TENSOR_MMAP_OFF);
        either(tensor_dict_save_safetensors(dict, safetensors, NULL), NULL, 0, "tensor_dict_save_safetensors");
        TensorDict *table = NULL;
        TensorStatus status = tensor_dict_load_csv(csv, NULL, &table);
        either(status, table, 1, "tensor_dict_load_csv");
        OK(tensor_dict_release(table));
        either(tensor_save_npy(turned, npy, NULL), NULL, 0, "tensor_save_npy");
        either(tensor_dict_save_npz(dict, npz, NULL), NULL, 0, "tensor_dict_save_npz");
        either(tensor_dict_save_npz(dict, packed_npz, &packed), NULL, 0, "tensor_dict_save_npz, compressed");
        either(tensor_save_csv(turned, test_path("y.csv"), NULL), NULL, 0, "tensor_save_csv");
        either(tensor_dict_save_csv(columns, csv, NULL), NULL, 0, "tensor_dict_save_csv");
        limit(0);
    }
    printf("%ld calls had the memory they needed, %ld had not\n", done, refused);
    CHECK(done > 50 && refused > 50);
    /* All that was written is whole. */
    OK(tensor_load_npy(npy, NULL, &out));
    EXPECT_EQ(tensor_numel(out), ROWS * COLUMNS);
    test_release(out);
    static const char *const kinds[2] = {"x.npz", "packed.npz"};
    for (int i = 0; i < 2; i++) {
        TensorDict *back = NULL;
        OK(tensor_dict_load_npz(test_path(kinds[i]), NULL, &back));
        EXPECT_EQ(tensor_dict_len(back), 2);
        OK(tensor_dict_release(back));
    }
    TensorDict *back = NULL;
    OK(tensor_dict_load_safetensors(safetensors, NULL, &back));
    EXPECT_EQ(tensor_dict_len(back), 2);
    OK(tensor_dict_release(back));
    OK(tensor_dict_load_pytorch(pt, NULL, &back));
    EXPECT_EQ(tensor_dict_metadata_len(back), 80000);
    OK(tensor_dict_release(back));
    OK(tensor_dict_release(columns));
    OK(tensor_dict_release(dict));
    test_release(turned);
    test_release(x);
    test_remove_folder();
    return test_end();
}
