/* safetensors: mapped and read, by name, metadata, models in several files, saving, and files that lie.
 * The files of tests/data/safetensors are the reference writer's (make.py there). */
#include "checkpoints.h"

static TensorDict *load(const char *path, int32_t mmap) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    options.mmap = mmap;
    TensorDict *dict = NULL;
    OK(tensor_dict_load_safetensors(path, &options, &dict));
    return dict;
}

static void dtypes(int32_t mmap) {
    TensorDict *dict = load(golden("dtypes.safetensors"), mmap);
    EXPECT_EQ(tensor_dict_len(dict), 16);
    for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++) {
        check_values(dict, DTYPES[i].name, DTYPES[i].dtype, DIMS(2, 3));
    }
    check_values(dict, "layer.gr\xc3\xb6\xc3\x9f" "e \"q\"", TENSOR_DTYPE_F32, DIMS(2, 2, 2));
    check_values(dict, "scalar", TENSOR_DTYPE_F64, NULL, 0);
    check_values(dict, "empty", TENSOR_DTYPE_F32, DIMS(0, 4));
    const char *text = NULL;
    EXPECT_EQ(tensor_dict_metadata_len(dict), 1);
    OK(tensor_dict_metadata(dict, "format", &text));
    EXPECT_EQ(strcmp(text, "pt\n\xc3\xa4"), 0);
    /* The order is that of the file. */
    OK(tensor_dict_name(dict, 0, &text));
    EXPECT_EQ(strcmp(text, "u64"), 0);
    OK(tensor_dict_name(dict, 15, &text));
    EXPECT_EQ(strcmp(text, "bool"), 0);
    TensorLoadStats stats = stats_of(dict);
    EXPECT_EQ(stats.mapped_tensors, mmap == TENSOR_MMAP_OFF ? 0 : 16);
    EXPECT_EQ(stats.copied_tensors, mmap == TENSOR_MMAP_OFF ? 16 : 0);
    EXPECT_EQ(stats.mapped_bytes + stats.copied_bytes, 6 * (3 + 8 + 12 + 24) + 8 * 4 + 8);
    EXPECT_EQ(stats.unmappable_tensors, 0);
    OK(tensor_dict_release(dict));
}

static void mapped_tensors_share_one_mapping(void) {
    TensorDict *dict = load(golden("dtypes.safetensors"), TENSOR_MMAP_DEFAULT);
    Tensor *u64 = get(dict, "u64"), *i64 = get(dict, "i64"), *again = get(dict, "u64");
    const void *a = NULL, *b = NULL, *c = NULL;
    OK(tensor_data(u64, &a));
    OK(tensor_data(i64, &b));
    OK(tensor_data(again, &c));
    EXPECT_EQ((const char *)b - (const char *)a, 48);
    EXPECT_EQ(a == c, 1);
    EXPECT_EQ(tensor_is_read_only(u64), 1);
    EXPECT_EQ(is_mapped("/dtypes.safetensors"), 1);

    /* Who wants to write gets told what to do. */
    void *p = NULL;
    Tensor *f32 = get(dict, "f32"), *f32_copy = NULL;
    const char *const refused = "tensor_add_scalar_: the tensor looks into a mapped file: clone it, or load it with "
                                "options.mmap off";
    EXPECT_ERROR(tensor_add_scalar_(f32, tensor_scalar_f(1)), TENSOR_ERR_READ_ONLY, refused);
    EXPECT_ERROR(tensor_data_mut(f32, &p), TENSOR_ERR_READ_ONLY,
                 "tensor_data_mut: x looks into a mapped file: clone it, or load it with options.mmap off");
    TensorOptimizer *sgd = NULL;
    EXPECT_ERROR(tensor_sgd_create(&f32, 1, NULL, &sgd), TENSOR_ERR_READ_ONLY,
                 "tensor_sgd_create: params[0] looks into a mapped file: clone it, or load it with options.mmap off");
    OK(tensor_clone(f32, &f32_copy));
    OK(tensor_add_scalar_(f32_copy, tensor_scalar_f(1)));

    /* The mapping lives as long as the last tensor that looks into it. */
    OK(tensor_dict_release(dict));
    OK(tensor_release(u64));
    OK(tensor_release(again));
    OK(tensor_release(f32));
    EXPECT_EQ(is_mapped("/dtypes.safetensors"), 1);
    OK(tensor_release(i64));
    EXPECT_EQ(is_mapped("/dtypes.safetensors"), 0);
    OK(tensor_release(f32_copy));

    dict = load(golden("dtypes.safetensors"), TENSOR_MMAP_OFF);
    EXPECT_EQ(is_mapped("/dtypes.safetensors"), 0);
    OK(tensor_dict_release(dict));
}

/* d/dx of a saved weight: writing to one tensor of the file leaves what another one saved valid. */
static void versions_are_independent(void) {
    TensorDict *dict = load(golden("dtypes.safetensors"), TENSOR_MMAP_OFF);
    Tensor *a = get(dict, "f32"), *b = get(dict, "f64"), *x = test_leaf(2, DIMS(2, 3)), *y = NULL, *loss = NULL;
    OK(tensor_mul(x, a, &y));
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    OK(tensor_add_scalar_(b, tensor_scalar_f(1)));
    OK(tensor_backward(loss, NULL));
    OK(tensor_release(y));
    OK(tensor_release(loss));

    /* The check sees something: a write to the saved tensor itself is noticed. */
    OK(tensor_mul(x, a, &y));
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    OK(tensor_add_scalar_(a, tensor_scalar_f(1)));
    EXPECT_EQ(tensor_backward(loss, NULL), TENSOR_ERR_MODIFIED);
    Tensor *all[] = {a, b, x, y, loss};
    for (int i = 0; i < 5; i++) OK(tensor_release(all[i]));
    OK(tensor_dict_release(dict));
}

static void by_name(void) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    const char *const names[] = {"i8", "bf16", "i8"};
    const char *const wrong[] = {"i8", "weight"};
    options.names = names;
    options.nnames = 3;
    TensorDict *dict = NULL;
    const char *name = NULL;
    EXPECT_EQ(tensor_dict_load_safetensors(golden("dtypes.safetensors"), &options, &dict), TENSOR_ERR_INVALID_ARGUMENT);
    CHECK(strstr(tendon_last_error_message(), "options.names has \"i8\" twice") != NULL);
    options.nnames = 2;
    OK(tensor_dict_load_safetensors(golden("dtypes.safetensors"), &options, &dict));
    EXPECT_EQ(tensor_dict_len(dict), 2);
    OK(tensor_dict_name(dict, 0, &name));
    EXPECT_EQ(strcmp(name, "i8"), 0);
    EXPECT_EQ(tensor_dict_metadata_len(dict), 1);
    EXPECT_EQ(stats_of(dict).mapped_tensors, 2);
    OK(tensor_dict_release(dict));
    options.names = wrong;
    options.nnames = 2;
    EXPECT_EQ(tensor_dict_load_safetensors(golden("dtypes.safetensors"), &options, &dict), TENSOR_ERR_NOT_FOUND);
    CHECK(strstr(tendon_last_error_message(), "the file has no tensor \"weight\"") != NULL);
    EXPECT_EQ(dict == NULL, 1);

    /* A dtype that is not here: the call fails, unless the tensor is not wanted. */
    EXPECT_EQ(tensor_dict_load_safetensors(golden("float8.safetensors"), NULL, &dict), TENSOR_ERR_UNSUPPORTED);
    CHECK(strstr(tendon_last_error_message(), "tensor \"scale\" is F8_E4M3, a dtype that Tendon lacks: name the others "
                                              "in options.names") != NULL);
    options.names = &wrong[1];
    options.nnames = 1;
    OK(tensor_dict_load_safetensors(golden("float8.safetensors"), &options, &dict));
    check_values(dict, "weight", TENSOR_DTYPE_F32, DIMS(2, 3));
    OK(tensor_dict_release(dict));
}

static void misaligned_tensors_are_copied(void) {
    TensorDict *dict = load(golden("misaligned.safetensors"), TENSOR_MMAP_DEFAULT);
    check_values(dict, "f32", TENSOR_DTYPE_F32, DIMS(2, 3));
    check_values(dict, "u8", TENSOR_DTYPE_U8, DIMS(3));
    TensorLoadStats stats = stats_of(dict);
    EXPECT_EQ(stats.mapped_tensors, 1);
    EXPECT_EQ(stats.mapped_bytes, 3);
    EXPECT_EQ(stats.copied_tensors, 1);
    EXPECT_EQ(stats.copied_bytes, 24);
    EXPECT_EQ(stats.unmappable_tensors, 1);
    Tensor *f32 = get(dict, "f32");
    EXPECT_EQ(tensor_is_read_only(f32), 0);
    OK(tensor_release(f32));
    OK(tensor_dict_release(dict));
}

#define FIRST "model-00001-of-00002.safetensors"
#define SECOND "model-00002-of-00002.safetensors"

static void copy_file(const char *from, const char *to) {
    char bytes[4096];
    test_write(to, bytes, read_file(from, bytes, sizeof bytes));
}

static void write_index(const char *path, const char *weight_map) {
    char text[600];
    int n = snprintf(text, sizeof text, "{\"metadata\": {\"total_size\": 64}, \"weight_map\": {%s}}", weight_map);
    test_write(path, text, (size_t)n);
}

static void sharded(void) {
    for (int32_t mmap = TENSOR_MMAP_DEFAULT; mmap <= TENSOR_MMAP_OFF; mmap++) {
        TensorDict *dict = load(golden("sharded/model.safetensors.index.json"), mmap);
        EXPECT_EQ(tensor_dict_len(dict), 4);
        check_values(dict, "embed.weight", TENSOR_DTYPE_F32, DIMS(4, 2));
        check_values(dict, "layer.bias", TENSOR_DTYPE_F32, DIMS(3));
        check_values(dict, "layer.weight", TENSOR_DTYPE_BF16, DIMS(3, 2));
        check_values(dict, "head", TENSOR_DTYPE_F32, DIMS(2));
        const char *text = NULL;
        OK(tensor_dict_name(dict, 1, &text));
        EXPECT_EQ(strcmp(text, "head"), 0);
        OK(tensor_dict_metadata(dict, "total_size", &text));
        EXPECT_EQ(strcmp(text, "64"), 0);
        OK(tensor_dict_metadata(dict, "format", &text));
        EXPECT_EQ(strcmp(text, "pt"), 0);
        EXPECT_EQ(stats_of(dict).mapped_tensors, mmap == TENSOR_MMAP_OFF ? 0 : 4);
        OK(tensor_dict_release(dict));
    }

    /* Only the files of wanted tensors are opened; the index is known by its content too. */
    copy_file(golden("sharded/" FIRST), FIRST);
    write_index("model", "\"head\": \"" SECOND "\", \"layer.bias\": \"" FIRST "\", \"embed.weight\": \"" FIRST "\"");
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    const char *const names[] = {"layer.bias", "embed.weight"};
    options.names = names;
    options.nnames = 2;
    TensorDict *dict = NULL;
    OK(tensor_dict_load_safetensors("model", &options, &dict));
    check_values(dict, "layer.bias", TENSOR_DTYPE_F32, DIMS(3));
    OK(tensor_dict_release(dict));
    EXPECT_ERROR(tensor_dict_load_safetensors("model", NULL, &dict), TENSOR_ERR_IO,
                 "tensor_dict_load_safetensors: cannot open " SECOND ": No such file or directory (os error 2)");

    /* What the index says must be so. */
    copy_file(golden("sharded/" SECOND), SECOND);
    write_index("model", "\"head\": \"" FIRST "\"");
    EXPECT_ERROR(tensor_dict_load_safetensors("model", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: model: " FIRST ": the index says that tensor \"head\" is here, it is not");
    copy_file(FIRST, "copy");
    write_index("model", "\"layer.bias\": \"copy\", \"embed.weight\": \"" FIRST "\"");
    EXPECT_ERROR(tensor_dict_load_safetensors("model", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: model: copy: tensor \"embed.weight\" is here too, the index says that it is "
                 "in \"" FIRST "\"");
    write_index("model", "\"layer.bias\": \"" FIRST "\"");
    OK(tensor_dict_load_safetensors("model", NULL, &dict));
    EXPECT_EQ(tensor_dict_len(dict), 1);
    OK(tensor_dict_release(dict));

    /* Names of files never lead out of the folder. */
    static const char *const tricks[] = {"/etc/passwd", "..", ".", "../" FIRST, "./" FIRST, "a\\\\b", "", "a\\u0000b"};
    static const char *const shown[] = {"/etc/passwd", "..", ".", "../" FIRST, "./" FIRST, "a\\\\b", "", "a\\0b"};
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++) {
        char map[200], expected[300];
        snprintf(map, sizeof map, "\"layer.bias\": \"%s\"", tricks[i]);
        snprintf(expected, sizeof expected,
                 "tensor_dict_load_safetensors: model: the index names the file \"%s\", expected a plain name in its own "
                 "folder", shown[i]);
        write_index("model", map);
        EXPECT_ERROR(tensor_dict_load_safetensors("model", NULL, &dict), TENSOR_ERR_FORMAT, expected);
    }
    static const struct {
        const char *text, *error;
    } broken[] = {
        {"{\"weight_map\": {}, \"weight_map\": {}}", "weight_map stands twice in the index"},
        {"{\"metadata\": {}}  ", "the index has no weight_map"},
        {"{\"weight_map\": {\"a\": \"b\", \"a\": \"c\"}}", "the name \"a\" stands twice in the index"},
        {"{\"weight_map\": {\"a\": 1}}", "byte 21 of the JSON: expected the name of a file, there is '1'"},
        {"{\"weight_map\": {}} x", "byte 19 of the JSON: expected the end, there is 'x'"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char expected[300];
        snprintf(expected, sizeof expected, "tensor_dict_load_safetensors: model: %s", broken[i].error);
        test_write("model", broken[i].text, strlen(broken[i].text));
        EXPECT_ERROR(tensor_dict_load_safetensors("model", NULL, &dict), TENSOR_ERR_FORMAT, expected);
    }
}

static void saving(void) {
    static char expected[4096], got[4096];
    size_t n = read_file(golden("dtypes.safetensors"), expected, sizeof expected);
    for (int32_t mmap = TENSOR_MMAP_ON; mmap <= TENSOR_MMAP_OFF; mmap++) {
        TensorDict *dict = load(golden("dtypes.safetensors"), mmap);
        OK(tensor_dict_save_safetensors(dict, "saved.safetensors", NULL));
        OK(tensor_dict_release(dict));
        EXPECT_EQ(read_file("saved.safetensors", got, sizeof got), n);
        EXPECT_EQ(memcmp(expected, got, n), 0);
    }

    /* Any layout; tracked; twice the same memory; a bool that is another number than 1. */
    static uint8_t truth[3] = {0, 2, 255};
    Tensor *x = FLOATS(DIMS(2, 3), 1, 2, 3, 4, 5, 6), *turned = NULL, *narrow = NULL, *flags = NULL;
    OK(tensor_from_host_buffer(truth, 3, TENSOR_DTYPE_BOOL, DIMS(3), NULL, &flags));
    OK(tensor_set_requires_grad(x, true));
    OK(tensor_transpose(x, 0, 1, &turned));
    OK(tensor_narrow(x, 1, 1, 2, &narrow));
    TensorDict *dict = NULL;
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_set(dict, "x", x));
    OK(tensor_dict_set(dict, "turned", turned));
    OK(tensor_dict_set(dict, "narrow", narrow));
    OK(tensor_dict_set(dict, "tied", x));
    OK(tensor_dict_set(dict, "flags", flags));
    OK(tensor_dict_set_metadata(dict, "b", "\"\n"));
    OK(tensor_dict_set_metadata(dict, "a", ""));
    OK(tensor_dict_save_safetensors(dict, "saved.safetensors", NULL));
    size_t first = read_file("saved.safetensors", expected, sizeof expected);
    EXPECT_EQ(expected[0] % 8, 0);
    OK(tensor_dict_save_safetensors(dict, "saved.safetensors", NULL));
    EXPECT_EQ(read_file("saved.safetensors", got, sizeof got), first);
    EXPECT_EQ(memcmp(expected, got, first), 0);
    EXPECT_EQ(got[first - 3] == 0 && got[first - 2] == 1 && got[first - 1] == 1, 1);

    TensorDict *back = load("saved.safetensors", TENSOR_MMAP_ON);
    Tensor *y = get(back, "turned");
    HOLDS(y, 1, 4, 2, 5, 3, 6);
    EXPECT_EQ(tensor_requires_grad(y), 0);
    OK(tensor_release(y));
    y = get(back, "narrow");
    HOLDS(y, 2, 3, 5, 6);
    OK(tensor_release(y));
    y = get(back, "tied");
    HOLDS(y, 1, 2, 3, 4, 5, 6);
    const char *text = NULL;
    OK(tensor_dict_metadata(back, "b", &text));
    EXPECT_EQ(strcmp(text, "\"\n"), 0);

    /* Over the very file that is mapped: what is mapped stays. */
    OK(tensor_dict_remove(dict, "tied"));
    OK(tensor_dict_save_safetensors(dict, "saved.safetensors", NULL));
    HOLDS(y, 1, 2, 3, 4, 5, 6);
    OK(tensor_release(y));
    OK(tensor_dict_release(back));
    back = load("saved.safetensors", TENSOR_MMAP_ON);
    EXPECT_EQ(tensor_dict_len(back), 4);
    OK(tensor_dict_release(back));

    /* A failed call leaves the file as it was. */
    OK(tensor_dict_set(dict, "__metadata__", x));
    EXPECT_ERROR(tensor_dict_save_safetensors(dict, "saved.safetensors", NULL), TENSOR_ERR_INVALID_ARGUMENT,
                 "tensor_dict_save_safetensors: the dict has a tensor named __metadata__, which the format keeps for "
                 "metadata");
    EXPECT_EQ(read_file("saved.safetensors", got, sizeof got) > 8, 1);
    EXPECT_ERROR(tensor_dict_save_safetensors(dict, "missing/saved", NULL), TENSOR_ERR_INVALID_ARGUMENT,
                 "tensor_dict_save_safetensors: the dict has a tensor named __metadata__, which the format keeps for "
                 "metadata");
    OK(tensor_dict_remove(dict, "__metadata__"));
    EXPECT_EQ(tensor_dict_save_safetensors(dict, "missing/saved", NULL), TENSOR_ERR_IO);
    OK(tensor_dict_release(dict));
    Tensor *all[] = {x, turned, narrow, flags};
    for (int i = 0; i < 4; i++) OK(tensor_release(all[i]));

    /* Nothing at all is a file, too. */
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_save_safetensors(dict, "empty.safetensors", NULL));
    OK(tensor_dict_release(dict));
    EXPECT_EQ(read_file("empty.safetensors", got, sizeof got), 16);
    EXPECT_EQ(memcmp(got, "\10\0\0\0\0\0\0\0{}      ", 16), 0);
    dict = load("empty.safetensors", TENSOR_MMAP_ON);
    EXPECT_EQ(tensor_dict_len(dict), 0);
    OK(tensor_dict_release(dict));
}

#define F32(shape, begin, end) "{\"dtype\":\"F32\",\"shape\":[" shape "],\"data_offsets\":[" #begin "," #end "]}"

/* What a header may say that is not so. Each file has 8 bytes of data. */
static const struct {
    const char *header, *error;
} LIES[] = {
    {"", "byte 0 of the JSON: expected an object, it ends"},
    {"[]", "byte 0 of the JSON: expected an object, there is '['"},
    {"{\"a\":1}", "byte 5 of the JSON: expected an object, there is '1'"},
    {"{\"a\":" F32("2", 0, 8), "byte 53 of the JSON: expected ',' or '}', it ends"},
    {"{\"a\":" F32("2", 0, 8) "}x", "byte 54 of the JSON: expected the end, there is 'x'"},
    {"{\"a\":" F32("2", 0, 8) ",\"a\":" F32("0", 8, 8) "}", "the name \"a\" stands twice in the header"},
    {"{\"a\":" F32("2", 0, 8) ",\"b\":" F32("1", 4, 8) "}",
     "tensor \"b\" overlaps the one before: it begins at byte 4, expected 8"},
    {"{\"a\":" F32("1", 4, 8) "}", "tensor \"a\" leaves a gap: it begins at byte 4, expected 0"},
    {"{\"a\":" F32("1", 0, 4) "}", "the tensors have 4 bytes, the file has 8 behind the header"},
    {"{\"a\":" F32("3", 0, 12) "}", "tensor \"a\" ends at byte 12, the file has 8 behind the header"},
    {"{\"a\":" F32("2", 8, 0) "}", "tensor \"a\" ends at byte 0, before its beginning at 8"},
    {"{\"a\":" F32("3", 0, 8) "}",
     "tensor \"a\" is F32 of shape [3], 12 bytes, its data_offsets 0 and 8 hold 8"},
    {"{\"a\":" F32("2", 18446744073709551608, 0) "}",
     "tensor \"a\" ends at byte 0, before its beginning at 18446744073709551608"},
    {"{\"a\":" F32("2", 0, 18446744073709551616) "}",
     "byte 50 of the JSON: expected an offset, there is '1'"},
    {"{\"a\":" F32("4294967296,4294967296", 0, 8) "}",
     "tensor \"a\": the number of elements of [4294967296, 4294967296] does not fit 63 bits"},
    {"{\"a\":" F32("9223372036854775807", 0, 8) "}",
     "tensor \"a\" is F32 of shape [9223372036854775807], 36893488147419103228 bytes, its data_offsets 0 and 8 hold 8"},
    {"{\"a\":" F32("18446744073709551615", 0, 8) "}", "tensor \"a\" has the size 18446744073709551615, beyond 63 bits"},
    {"{\"a\":" F32("-2", 0, 8) "}", "byte 29 of the JSON: expected a size, there is '-'"},
    {"{\"a\":" F32("2.0", 0, 8) "}", "byte 29 of the JSON: expected a size, there is '2'"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "tensor \"a\" lacks one of dtype, shape and data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "tensor \"a\" has dtype twice"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", "tensor \"a\" has 1 data_offsets, expected 2"},
    {"{\"__metadata__\":{\"a\":1}}",
     "byte 21 of the JSON: expected a text as a value of __metadata__, there is '1'"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ stands twice in the header"},
    {"{\"a\\u0000b\":" F32("2", 0, 8) "}", "name \"a\\0b\" has a NUL inside"},
    {"{\"\xff\":" F32("2", 0, 8) "}", "the header is not UTF-8: its byte 2 is wrong"},
};

static void lies(void) {
    char bytes[1000], expected[400];
    TensorDict *dict = NULL;
    for (size_t i = 0; i < sizeof LIES / sizeof *LIES; i++) {
        size_t n = strlen(LIES[i].header);
        memset(bytes, 0, sizeof bytes);
        bytes[0] = (char)n;
        bytes[1] = (char)(n >> 8);
        memcpy(bytes + 8, LIES[i].header, n);
        test_write("bad", bytes, 8 + n + 8);
        snprintf(expected, sizeof expected, "tensor_dict_load_safetensors: bad: %s", LIES[i].error);
        for (int32_t mmap = TENSOR_MMAP_ON; mmap <= TENSOR_MMAP_OFF; mmap++) {
            TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
            options.mmap = mmap;
            EXPECT_ERROR(tensor_dict_load_safetensors("bad", &options, &dict), TENSOR_ERR_FORMAT, expected);
            EXPECT_EQ(dict == NULL, 1);
        }
    }

    test_write("bad", "", 0);
    EXPECT_ERROR(tensor_dict_load_safetensors("bad", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: bad: the file has 0 bytes, a header has at least 8");
    test_write("bad", "\x20\0\0\0\0\0\0\0{}", 10);
    EXPECT_ERROR(tensor_dict_load_safetensors("bad", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: bad: the header is said to have 32 bytes, the file has 10");
    test_write("bad", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    EXPECT_ERROR(tensor_dict_load_safetensors("bad", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: bad: the header is said to have 9223372036854775807 bytes, at most "
                 "100000000 are expected");
    EXPECT_ERROR(tensor_dict_load_safetensors("nowhere", NULL, &dict), TENSOR_ERR_IO,
                 "tensor_dict_load_safetensors: cannot open nowhere: No such file or directory (os error 2)");
    EXPECT_ERROR(tensor_dict_load_safetensors(".", NULL, &dict), TENSOR_ERR_IO,
                 "tensor_dict_load_safetensors: cannot open .: it is no regular file");

    /* A million levels, a million names. */
    size_t n = 8000000;
    char *deep = malloc(n + 8);
    memset(deep, 0, 8);
    for (int i = 0; i < 4; i++) deep[i] = (char)(n >> (8 * i));
    memset(deep + 8, '[', n);
    memcpy(deep + 8, "{\"a\":{\"b\":", 10);
    test_write("bad", deep, n + 8);
    EXPECT_ERROR(tensor_dict_load_safetensors("bad", NULL, &dict), TENSOR_ERR_FORMAT,
                 "tensor_dict_load_safetensors: bad: byte 138 of the JSON is nested deeper than 128 levels");
    free(deep);
}

/* A file cut off anywhere is refused, whatever is left of it. */
static void truncated(void) {
    static char bytes[4096];
    size_t n = read_file(golden("dtypes.safetensors"), bytes, sizeof bytes);
    TensorDict *dict = NULL;
    for (size_t cut = 0; cut < n; cut++) {
        test_write("bad", bytes, cut);
        EXPECT_EQ(tensor_dict_load_safetensors("bad", NULL, &dict), TENSOR_ERR_FORMAT);
        EXPECT_EQ(dict == NULL, 1);
    }
}

int main(void) {
    char folder[] = "/tmp/tendon-safetensors-XXXXXX";
    enter("tests/data/safetensors", folder);
    for (int32_t mmap = TENSOR_MMAP_DEFAULT; mmap <= TENSOR_MMAP_OFF; mmap++) dtypes(mmap);
    mapped_tensors_share_one_mapping();
    versions_are_independent();
    by_name();
    misaligned_tensors_are_copied();
    sharded();
    saving();
    lies();
    truncated();
    static const char *const made[] = {"bad", "copy", "model", FIRST, SECOND, "saved.safetensors", "empty.safetensors"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) unlink(made[i]);
    /* Fails where a temporary file was left. */
    EXPECT_EQ(rmdir(folder), 0);
    return test_end();
}
