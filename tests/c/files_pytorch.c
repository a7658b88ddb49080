/* Checkpoints of torch.save: what training saves, shared storages, mapping, what is refused, and archives that lie.
 * The files of tests/data/pytorch are PyTorch's (make.py there). */
#include "checkpoints.h"

static TensorDict *load(const char *path, int32_t mmap) {
    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    options.mmap = mmap;
    TensorDict *dict = NULL;
    OK(tensor_dict_load_pytorch(path, &options, &dict));
    return dict;
}

static const char *metadata(const TensorDict *dict, const char *key) {
    const char *text = NULL;
    OK(tensor_dict_metadata(dict, key, &text));
    return text;
}

/* `swapped`: the file is of the other byte order, so that only elements of one byte can be mapped. */
static void dtypes(const char *file, int32_t mmap, int swapped) {
    TensorDict *dict = load(golden(file), mmap);
    EXPECT_EQ(tensor_dict_len(dict), 15);
    for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++) {
        check_values(dict, DTYPES[i].name, DTYPES[i].dtype, DIMS(2, 3));
    }
    check_values(dict, "scalar", TENSOR_DTYPE_F64, NULL, 0);
    check_values(dict, "empty", TENSOR_DTYPE_F32, DIMS(0, 4));
    EXPECT_EQ(tensor_dict_metadata_len(dict), 0);
    TensorLoadStats stats = stats_of(dict);
    int mapped = mmap != TENSOR_MMAP_ON ? 0 : swapped ? 3 : 15;
    EXPECT_EQ(stats.mapped_bytes + stats.copied_bytes, 6 * (3 + 8 + 12 + 24) + 8);
    /* Archives that Python wrote are not aligned. */
    if (!swapped) EXPECT_EQ(stats.mapped_tensors, mapped);
    EXPECT_EQ(stats.mapped_tensors + stats.copied_tensors, 15);
    EXPECT_EQ(stats.unmappable_tensors, mmap == TENSOR_MMAP_ON ? stats.copied_tensors : 0);
    OK(tensor_dict_release(dict));
}

static const struct {
    const char *key, *value;
} TEXTS[] = {
    {"optimizer.param_groups.0.lr", "0.001"},
    {"optimizer.param_groups.0.eps", "1e-8"},
    {"optimizer.param_groups.0.betas.1", "0.999"},
    {"optimizer.param_groups.0.amsgrad", "False"},
    {"optimizer.param_groups.0.params.3", "3"},
    {"epoch", "3"},
    {"best", "1e-8"},
    {"seed", "18446744073709551615"},
    {"name", "gr\xc3\xb6\xc3\x9f" "e"},
    {"done", "True"},
    {"dtype", "torch.bfloat16"},
    {"device", "cuda:1"},
    {"shape.1", "3"},
    {"milestones.60", "2"},
    {"counts.a", "1"},
    {"list.1", "text"},
};

static void training(const char *file, int32_t mmap) {
    TensorDict *dict = load(golden(file), mmap);
    EXPECT_EQ(tensor_dict_len(dict), 7 + 12 + 2);
    check_values(dict, "model.0.weight", TENSOR_DTYPE_F32, DIMS(3, 2));
    check_values(dict, "model.1.running_var", TENSOR_DTYPE_F32, DIMS(3));
    check_values(dict, "model.1.num_batches_tracked", TENSOR_DTYPE_I64, NULL, 0);
    check_values(dict, "parameter", TENSOR_DTYPE_F32, DIMS(2, 2));
    check_values(dict, "list.0", TENSOR_DTYPE_F32, DIMS(2));
    Tensor *step = get(dict, "optimizer.state.3.step");
    HOLDS(step, 1);
    OK(tensor_release(step));
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        if (strcmp(metadata(dict, TEXTS[i].key), TEXTS[i].value) != 0) {
            FAIL("%s is %s, expected %s", TEXTS[i].key, metadata(dict, TEXTS[i].key), TEXTS[i].value);
        }
    }
    /* None, bytes and sets are left out. */
    const char *text = NULL;
    EXPECT_EQ(tensor_dict_metadata(dict, "nothing", &text), TENSOR_ERR_NOT_FOUND);
    EXPECT_EQ(tensor_dict_metadata(dict, "bytes", &text), TENSOR_ERR_NOT_FOUND);
    EXPECT_EQ(tensor_dict_metadata(dict, "set", &text), TENSOR_ERR_NOT_FOUND);
    TensorDict *model = NULL;
    OK(tensor_dict_select(dict, "model.", "", &model));
    EXPECT_EQ(tensor_dict_len(model), 7);
    OK(tensor_dict_release(model));
    OK(tensor_dict_release(dict));
}

static void packed_entries_are_copied(void) {
    TensorDict *dict = load(golden("deflated.pt"), TENSOR_MMAP_ON);
    EXPECT_EQ(stats_of(dict).mapped_tensors, 0);
    EXPECT_EQ(stats_of(dict).unmappable_tensors, 21);
    OK(tensor_dict_release(dict));
}

/* Values: element (i, j) of the base is value(3 i + j). */
static void shared(int32_t mmap) {
    TensorDict *dict = load(golden("shared.pt"), mmap);
    Tensor *base = get(dict, "base"), *again = get(dict, "again"), *turned = get(dict, "turned"), *row = get(dict, "row"),
           *column = get(dict, "column"), *other_ones = get(dict, "every_other"), *expanded = get(dict, "expanded"),
           *other = get(dict, "other");
    EXPECT_EQ(tensor_is_same(base, again), 1);
    check_values(dict, "base", TENSOR_DTYPE_F32, DIMS(4, 3));
    check_values(dict, "other", TENSOR_DTYPE_F32, DIMS(4, 3));
    HOLDS(turned, -2, -3, -4, -5, 5, 4, 3, 2, 1, 0, -1, -2);
    HOLDS(row, -4, 3, -1);
    HOLDS(column, 5, 4, 3, 2);
    HOLDS(other_ones, 5, -3, 0, 3, -5, -2);
    HOLDS(expanded, -2, -2, -2, -2);
    EXPECT_EQ(tendon_live_storage_count(), 2);
    const void *a = NULL, *b = NULL;
    OK(tensor_data(base, &a));
    OK(tensor_data(row, &b));
    EXPECT_EQ((const char *)b - (const char *)a, 24);
    TensorLoadStats stats = stats_of(dict);
    EXPECT_EQ(mmap == TENSOR_MMAP_ON ? stats.mapped_tensors : stats.copied_tensors, 7);
    EXPECT_EQ(mmap == TENSOR_MMAP_ON ? stats.mapped_bytes : stats.copied_bytes, 96);
    if (mmap != TENSOR_MMAP_ON) {
        /* A write to one shows in those that share its storage, and is noticed by what backward saved of them. */
        Tensor *x = test_leaf(2, DIMS(3)), *y = NULL, *loss = NULL;
        OK(tensor_mul(x, row, &y));
        OK(tensor_sum(y, NULL, 0, NULL, &loss));
        OK(tensor_add_scalar_(other, tensor_scalar_f(1)));
        OK(tensor_backward(loss, NULL));
        OK(tensor_release(y));
        OK(tensor_release(loss));
        OK(tensor_mul(x, row, &y));
        OK(tensor_sum(y, NULL, 0, NULL, &loss));
        OK(tensor_add_scalar_(base, tensor_scalar_f(1)));
        EXPECT_EQ(tensor_backward(loss, NULL), TENSOR_ERR_MODIFIED);
        HOLDS(row, -3, 4, 0);
        OK(tensor_release(x));
        OK(tensor_release(y));
        OK(tensor_release(loss));
    }
    Tensor *all[] = {base, again, turned, row, column, other_ones, expanded, other};
    for (int i = 0; i < 8; i++) OK(tensor_release(all[i]));
    OK(tensor_dict_release(dict));
}

static void mapped(void) {
    TensorDict *dict = load(golden("training.pt"), TENSOR_MMAP_DEFAULT);
    EXPECT_EQ(is_mapped("/training.pt"), 0);
    OK(tensor_dict_release(dict));
    dict = load(golden("training.pt"), TENSOR_MMAP_ON);
    EXPECT_EQ(stats_of(dict).mapped_tensors, 21);
    EXPECT_EQ(is_mapped("/training.pt"), 1);
    Tensor *weight = get(dict, "model.0.weight"), *copy = NULL;
    EXPECT_ERROR(tensor_add_scalar_(weight, tensor_scalar_f(1)), TENSOR_ERR_READ_ONLY,
                 "tensor_add_scalar_: the tensor looks into a mapped file: clone it, or load it with options.mmap off");
    OK(tensor_clone(weight, &copy));
    OK(tensor_add_scalar_(copy, tensor_scalar_f(1)));
    OK(tensor_dict_release(dict));
    EXPECT_EQ(is_mapped("/training.pt"), 1);
    OK(tensor_release(weight));
    EXPECT_EQ(is_mapped("/training.pt"), 0);
    OK(tensor_release(copy));
}

static void by_name(void) {
    TensorDict *dict = load(golden("lone.pt"), TENSOR_MMAP_DEFAULT);
    check_values(dict, "", TENSOR_DTYPE_F32, DIMS(2, 3));
    OK(tensor_dict_release(dict));
    dict = load(golden("no_checksums.pt"), TENSOR_MMAP_DEFAULT);
    check_values(dict, "weight", TENSOR_DTYPE_F32, DIMS(2, 3));
    OK(tensor_dict_release(dict));

    TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
    const char *const names[] = {"parameter", "model.0.bias", "parameter"};
    options.names = names;
    options.nnames = 3;
    EXPECT_EQ(tensor_dict_load_pytorch(golden("training.pt"), &options, &dict), TENSOR_ERR_INVALID_ARGUMENT);
    options.nnames = 2;
    OK(tensor_dict_load_pytorch(golden("training.pt"), &options, &dict));
    EXPECT_EQ(tensor_dict_len(dict), 2);
    EXPECT_EQ(stats_of(dict).copied_bytes, 16 + 12);
    EXPECT_EQ(strcmp(metadata(dict, "epoch"), "3"), 0);
    check_values(dict, "model.0.bias", TENSOR_DTYPE_F32, DIMS(3));
    OK(tensor_dict_release(dict));
    const char *const wrong[] = {"model.0", "weight"};
    options.names = wrong;
    options.nnames = 1;
    EXPECT_EQ(tensor_dict_load_pytorch(golden("training.pt"), &options, &dict), TENSOR_ERR_NOT_FOUND);
    EXPECT_EQ(dict == NULL, 1);

    /* Dtypes that are not here stand in nobody's way. */
    options.names = wrong + 1;
    OK(tensor_dict_load_pytorch(golden("others.pt"), &options, &dict));
    check_values(dict, "weight", TENSOR_DTYPE_F32, DIMS(2, 3));
    OK(tensor_dict_release(dict));
}

static void expect_refusal(const char *file, TensorStatus status, const char *reason) {
    TensorDict *dict = NULL;
    EXPECT_EQ(tensor_dict_load_pytorch(file, NULL, &dict), status);
    EXPECT_EQ(dict == NULL, 1);
    const char *message = tendon_last_error_message();
    size_t n = strlen(message), m = strlen(reason);
    if (n < m || strcmp(message + n - m, reason) != 0) FAIL("%s: %s\n    expected … %s", file, message, reason);
}

static void refused(void) {
    expect_refusal(golden("evil.pt"), TENSOR_ERR_FORMAT,
                   "/evil.pt: byte 177 of the pickle: posix.system is not on the allow-list: nothing is executed");
    EXPECT_EQ(access("/tmp/tendon-was-here", F_OK), -1);
    expect_refusal(golden("module.pt"), TENSOR_ERR_FORMAT,
                   "/module.pt: byte 2 of the pickle: torch.nn.modules.linear.Linear is not on the allow-list: nothing is "
                   "executed");
    expect_refusal(golden("others.pt"), TENSOR_ERR_UNSUPPORTED,
                   "/others.pt: tensor \"scale\": it is float8_e4m3fn, a dtype that Tendon lacks: name the others in "
                   "options.names");
    expect_refusal(golden("script.pt"), TENSOR_ERR_UNSUPPORTED,
                   "/script.pt: the file is a TorchScript program, which is not run: save the state_dict of the model "
                   "instead");
    test_write("bad", "", 0);
    expect_refusal("bad", TENSOR_ERR_FORMAT,
                   "bad is no checkpoint of torch.save: it begins neither as a zip archive nor as the pickle of older ones");
    expect_refusal("nowhere", TENSOR_ERR_IO, "cannot open nowhere: No such file or directory (os error 2)");
}

/* ---- archives made here ---- */

/* A pickle from words: 'text' is a str, #12 an int, @module%name a GLOBAL, ~8f an opcode, a letter itself, *3x three
 * times x. */
static void assemble(Buffer *to, const char *words) {
    put(to, "\x80\x02", 2);
    while (*words != 0) {
        size_t n = strcspn(words, " ");
        if (*words == '\'') {
            put(to, "X", 1);
            put_number(to, n - 2, 4);
            put(to, words + 1, n - 2);
        } else if (*words == '#') {
            put(to, "\x8a\x08", 2);
            put_number(to, (uint64_t)strtoll(words + 1, NULL, 10), 8);
        } else if (*words == '@') {
            size_t module = strcspn(words, "%");
            put(to, "c", 1);
            put(to, words + 1, module - 1);
            put(to, "\n", 1);
            put(to, words + module + 1, n - module - 1);
            put(to, "\n", 1);
        } else if (*words == '~') {
            put_number(to, strtoul(words + 1, NULL, 16), 1);
        } else if (*words == '*') {
            for (long i = strtol(words + 1, NULL, 10); i > 0; i--) put(to, words + n - 1, 1);
        } else {
            put(to, words, n);
        }
        words += n + (words[n] == ' ');
    }
}

static const float SIX[6] = {1, 2, 3, 4, 5, 6};

static void write_checkpoint(const char *path, const char *words) {
    static Buffer pickle;
    pickle.n = 0;
    assemble(&pickle, words);
    add_entry("x/data.pkl", pickle.bytes, pickle.n);
    add_entry("x/data/0", SIX, sizeof SIX);
    finish_archive(path);
}

#define STORAGE(class, key, numel) "( 'storage' " class " " key " 'cpu' " numel " t Q "
#define FLOATS_OF_FILE STORAGE("@torch%FloatStorage", "'0'", "#6")
#define REBUILT(storage, offset, size, stride) \
    "@torch._utils%_rebuild_tensor_v2 ( " storage offset " ( " size " t ( " stride " t ~89 N t R "
#define TENSOR(offset, size, stride) REBUILT(FLOATS_OF_FILE, offset, size, stride)

static void sound_by_hand(void) {
    write_checkpoint("good", "} ( 'w' " TENSOR("#1", "#2 #2", "#1 #2") "'n' #-5 u .");
    TensorDict *dict = load("good", TENSOR_MMAP_OFF);
    Tensor *w = get(dict, "w");
    HOLDS(w, 2, 4, 3, 5);
    EXPECT_EQ(strcmp(metadata(dict, "n"), "-5"), 0);
    OK(tensor_release(w));
    OK(tensor_dict_release(dict));
}

/* Values whose bytes are not what the tensor shows. */
static void bits(void) {
#define WITH_METADATA(metadata) \
    "} 'w' @torch._utils%_rebuild_tensor_v2 ( " FLOATS_OF_FILE "#0 ( #2 t ( #1 t ~89 N " metadata " t R s ."
    write_checkpoint("bad", WITH_METADATA("} 'neg' ~88 s"));
    expect_refusal("bad", TENSOR_ERR_UNSUPPORTED, "a tensor with its neg bit set: save x.resolve_neg()");
    write_checkpoint("bad", WITH_METADATA("} 'conj' ~88 s"));
    expect_refusal("bad", TENSOR_ERR_UNSUPPORTED, "a tensor with its conj bit set: save x.resolve_conj()");
    static const char *const plain[] = {WITH_METADATA("N"), WITH_METADATA("}"), WITH_METADATA("} 'neg' ~89 s")};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        write_checkpoint("good", plain[i]);
        TensorDict *dict = load("good", TENSOR_MMAP_OFF);
        Tensor *w = get(dict, "w");
        HOLDS(w, 1, 2);
        OK(tensor_release(w));
        OK(tensor_dict_release(dict));
    }
}

#define IN_W "bad: tensor \"w\": "

static const struct {
    const char *words, *error;
} LIES[] = {
    /* Tensors that leave their storage. */
    {"} 'w' " TENSOR("#1", "#6", "#1") "s .",
     IN_W "shape [6], strides [1] and offset 1 reach to element 7, its storage has 6"},
    {"} 'w' " TENSOR("#0", "#2 #2", "#5 #1") "s .",
     IN_W "shape [2, 2], strides [5, 1] and offset 0 reach to element 7, its storage has 6"},
    {"} 'w' " TENSOR("#-1", "#1", "#1") "s .", IN_W "its offset is -1"},
    {"} 'w' " TENSOR("#2305843009213693952", "#0", "#1") "s .",
     IN_W "its offset is 2305843009213693952, its storage has 6 elements"},
    {"} 'w' " TENSOR("#5", "#2", "#-1") "s .", IN_W "its stride has the negative entry -1"},
    {"} 'w' " TENSOR("#0", "#-2", "#1") "s .", IN_W "its size has the negative entry -2"},
    {"} 'w' " TENSOR("#0", "#2", "#9223372036854775807") "s .",
     IN_W "strides [9223372036854775807] over shape [2] overflow 63 bits"},
    {"} 'w' " TENSOR("#0", "#4294967296 #4294967296", "#0 #0") "s .",
     IN_W "the number of elements of [4294967296, 4294967296] does not fit 63 bits"},
    {"} 'w' " TENSOR("#0", "#2 #2", "#1") "s .", IN_W "1 strides for 2 dimensions"},
    {"} 'w' " TENSOR("#0", "'a'", "#1") "s .", IN_W "its size has an entry that is a str"},
    {"} 'w' " TENSOR("#0", "*65N", "#1") "s .", IN_W "its size has 65 entries, at most 64 are possible"},
    /* Storages that are not what they are said to be. */
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "'0'", "#7"), "#0", "#1", "#1") "s .",
     IN_W "its storage is said to have 28 bytes, that of key \"0\" has 24"},
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "'0'", "#4611686018427387904"), "#0", "#1", "#1") "s .",
     IN_W "4611686018427387904 elements of f32 are beyond 63 bits of bytes"},
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "'0'", "#-1"), "#0", "#1", "#1") "s .",
     "a storage of -1 elements"},
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "'1'", "#6"), "#0", "#1", "#1") "s .",
     IN_W "the archive has no data/1"},
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "'../data/0'", "#6"), "#0", "#1", "#1") "s .",
     IN_W "the archive has no data/../data/0"},
    {"} 'w' " REBUILT(STORAGE("@torch.storage%UntypedStorage", "'0'", "#24"), "#0", "#1", "#1") "s .",
     IN_W "a tensor over an UntypedStorage has no dtype"},
    {"} ( 'v' " TENSOR("#0", "#1", "#1") "'w' "
     REBUILT(STORAGE("@torch%DoubleStorage", "'0'", "#3"), "#0", "#1", "#1") "u .",
     IN_W "storage \"0\" has 24 bytes of f64 here, 24 of f32 elsewhere"},
    {"} 'w' " REBUILT("'0' ", "#0", "#1", "#1") "s .", "a tensor over a str, expected a storage"},
    {"( 'storage' @torch%FloatStorage '0' 'cpu' t Q .", "a persistent id is a tuple, expected a tuple of 5"},
    {"( 'module' @torch%FloatStorage '0' 'cpu' #6 t Q .", "a persistent id is not that of a storage"},
    {"( 'storage' @torch%float32 '0' 'cpu' #6 t Q .", "a storage of the class an object"},
    {"} 'w' " REBUILT(STORAGE("@torch%FloatStorage", "X ~00 ~01 ~00 ~00 *256k", "#6"), "#0", "#1", "#1") "s .",
     "the key of a storage has 256 bytes, at most 255 are expected"},
    /* Names. */
    {"} ( 'w' " TENSOR("#0", "#1", "#1") "'w' " TENSOR("#0", "#1", "#1") "u .", "two tensors have the name \"w\""},
    {"} ( 'a' } 'b' " TENSOR("#0", "#1", "#1") "s 'a.b' " TENSOR("#0", "#1", "#1") "u .",
     "two tensors have the name \"a.b\""},
    {"} N " TENSOR("#0", "#1", "#1") "s .", "a tensor under \"\" has a key that is neither a str nor an int"},
    {"} q ~00 'a' h ~00 s .", "is nested deeper than 64 levels"},
    /* A list of a list of a list …, each twice: atoms could not count them. */
    {"] q ~00 0 ] ( h ~00 h ~00 e q ~01 0 ] ( h ~01 h ~01 e q ~02 0 ] ( h ~02 h ~02 e q ~03 0 ] ( h ~03 h ~03 e q ~04 0 "
     "] ( h ~04 h ~04 e q ~05 0 ] ( h ~05 h ~05 e q ~06 0 ] ( h ~06 h ~06 e q ~07 0 ] ( h ~07 h ~07 e q ~08 0 "
     "] ( h ~08 h ~08 e q ~09 0 ] ( h ~09 h ~09 e q ~0a 0 ] ( h ~0a h ~0a e q ~0b 0 ] ( h ~0b h ~0b e q ~0c 0 "
     "] ( h ~0c h ~0c e .",
     "the pickle holds the same values again and again"},
    /* The machine. */
    {"", "1 bytes are wanted, 0 are left"},
    {".", "the stack is empty"},
    {"( .", "the stack is empty"},
    {"N ( .", "the stack is empty"},
    {"t .", "no mark is on the stack"},
    {"h ~00 .", "the memo has nothing at 0"},
    {"N ~94 ~94 ~94 .", "the memo has more entries than there are values"},
    {"q ~00 .", "the stack is empty"},
    {"'a' s .", "2 values are wanted from a stack of 1"},
    {"} ( 'a' u .", "a key without a value"},
    {"] ( 'a' 'b' u .", "keys and values for a list, expected a dict"},
    {"} 'a' a .", "items for a dict, expected a list or a set"},
    {"X ~ff ~ff ~ff ~ff .", "4294967295 bytes are wanted, 1 are left"},
    {"~8d *8\xff .", "18446744073709551615 bytes are wanted, 1 are left"},
    {"~95 *8\xff .", "a frame of 18446744073709551615 bytes, 1 are left"},
    {"X ~01 ~00 ~00 ~00 \xff .", "a str is not UTF-8"},
    {"~80 ~06 .", "protocol 6, 2 to 5 are read"},
    {"I ~30 .", "opcode 'I' is of protocol 0, 2 to 5 are read"},
    {"~99 .", "opcode 0x99 does not exist"},
    {"~82 ~01 .", "opcode 0x82 makes an object, which is not on the allow-list: nothing is executed"},
    {"( o .", "opcode 0x6f makes an object, which is not on the allow-list: nothing is executed"},
    {"'os' 'system' ~93 .", "os.system is not on the allow-list: nothing is executed"},
    {"N N ~93 .", "the name of a function is no str"},
    {"@builtins%eval .", "builtins.eval is not on the allow-list: nothing is executed"},
    {"@torch%load .", "torch.load is not on the allow-list: nothing is executed"},
    {"@torch.storage%_load_from_bytes .",
     "torch.storage._load_from_bytes is not on the allow-list: nothing is executed"},
    {"N ) R .", "a call of None, which is no function"},
    {"@torch%FloatStorage ) R .", "a call of an object, which is no function"},
    {"@builtins%dict ) R .", "Factory is called with 0 arguments of other kinds than usual"},
    {"@torch%Size N R .", "arguments are None, expected a tuple"},
    {"@torch%Size ( *17N t R .", "a call with 17 arguments"},
    {"@torch%Size N ~85 R .", "Size is called with 1 arguments of other kinds than usual"},
    {"N } b .", "attributes of None, only those of an OrderedDict are expected"},
};

static int ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void lies(void) {
    TensorDict *dict = NULL;
    for (size_t i = 0; i < sizeof LIES / sizeof *LIES; i++) {
        write_checkpoint("bad", LIES[i].words);
        TensorStatus status = tensor_dict_load_pytorch("bad", NULL, &dict);
        const char *message = tendon_last_error_message();
        if (status == TENSOR_OK || dict != NULL || !ends_with(message, LIES[i].error) ||
            strncmp(message, "tensor_dict_load_pytorch: bad: ", 31) != 0) {
            FAIL("%s\n    got      %s\n    expected … %s", LIES[i].words, message, LIES[i].error);
        }
        int unsupported = strstr(LIES[i].error, "to 5 are read") != NULL || strstr(LIES[i].error, "makes an object") != NULL;
        EXPECT_EQ(status, unsupported ? TENSOR_ERR_UNSUPPORTED : TENSOR_ERR_FORMAT);
    }

    add_entry("x/data/0", SIX, sizeof SIX);
    finish_archive("bad");
    expect_refusal("bad", TENSOR_ERR_FORMAT, "the file is no checkpoint of torch.save: the archive has no data.pkl");
    add_entry("x/data.pkl", "N.", 2);
    add_entry("y/data.pkl", "N.", 2);
    finish_archive("bad");
    expect_refusal("bad", TENSOR_ERR_FORMAT, "the archive has more than one data.pkl");
    add_entry("x/data.pkl", "N.", 2);
    add_entry("x/byteorder", "middle", 6);
    finish_archive("bad");
    expect_refusal("bad", TENSOR_ERR_FORMAT, "its byteorder is \"middle\", expected little or big");
}

/* A file cut off anywhere, and one with any of its bytes wrong, is refused or sound: never a crash. */
static void damaged(const char *file) {
    static char bytes[8192], changed[8192];
    size_t n = read_file(golden(file), bytes, sizeof bytes);
    TensorDict *dict = NULL;
    for (size_t cut = 0; cut < n; cut++) {
        test_write("bad", bytes, cut);
        EXPECT_EQ(tensor_dict_load_pytorch("bad", NULL, &dict), TENSOR_ERR_FORMAT);
        EXPECT_EQ(dict == NULL, 1);
    }
    for (size_t at = 0; at < n; at++) {
        memcpy(changed, bytes, n);
        changed[at] = (char)~changed[at];
        test_write("bad", changed, n);
        TensorStatus status = tensor_dict_load_pytorch("bad", NULL, &dict);
        CHECK(status == TENSOR_OK || status == TENSOR_ERR_FORMAT || status == TENSOR_ERR_UNSUPPORTED);
        OK(tensor_dict_release(dict));
    }
}

int main(void) {
    char folder[] = "/tmp/tendon-pytorch-XXXXXX";
    enter("tests/data/pytorch", folder);
    for (int32_t mmap = TENSOR_MMAP_DEFAULT; mmap <= TENSOR_MMAP_OFF; mmap++) {
        dtypes("dtypes.pt", mmap, 0);
        dtypes("big_endian.pt", mmap, 1);
        training("training.pt", mmap);
        training("protocol4.pt", mmap);
        training("deflated.pt", mmap);
        training("legacy.pt", mmap);
        shared(mmap);
    }
    packed_entries_are_copied();
    mapped();
    by_name();
    refused();
    sound_by_hand();
    bits();
    lies();
    damaged("shared.pt");
    damaged("legacy.pt");
    unlink("bad");
    unlink("good");
    EXPECT_EQ(rmdir(folder), 0);
    return test_end();
}
