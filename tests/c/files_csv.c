/* Tables as text: what pandas and NumPy write and read, numbers that come back to the bit, files that are no tables. */
#include "files.h"

static void text(const char *content) {
    test_write(test_path("x.csv"), content, strlen(content));
}

static Tensor *load(const TensorCsvOptions *options) {
    Tensor *x = NULL;
    OK(tensor_load_csv(test_path("x.csv"), options, &x));
    return x;
}

static int file_is(const char *expected) {
    Bytes bytes = test_read(test_path("x.csv"));
    int same = strcmp((const char *)bytes.data, expected) == 0;
    if (!same) {
        fprintf(stderr, "    the file is \"%s\"\n", (const char *)bytes.data);
    }
    free(bytes.data);
    return same;
}

static void shape_is(const Tensor *x, int64_t rows, int64_t columns) {
    EXPECT_EQ(tensor_ndim(x), 2);
    EXPECT_EQ(tensor_size(x, 0), rows);
    EXPECT_EQ(tensor_size(x, 1), columns);
}

static void tables(void) {
    static const char *const same[] = {
        "1,2,3\n4,5,6\n",   "1,2,3\n4,5,6",         "1,2,3\r\n4,5,6\r\n",       "\xef\xbb\xbf" "1,2,3\n4,5,6\n",
        "1,2,3\r4,5,6\r",   " 1 ,\t2, 3\n4,5 ,6\n", "\"1\",\"2\",3\n4,5,\"6\"\n", "\n\n1,2,3\n\n\n4,5,6\n\n",
        "1.0,2e0,.3e1\n+4,5.,600e-2\n",
    };
    Tensor *x = NULL;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        text(same[i]);
        x = load(NULL);
        EXPECT_EQ(tensor_dtype(x), TENSOR_DTYPE_F64);
        shape_is(x, 2, 3);
        HOLDS(x, 1, 2, 3, 4, 5, 6);
        test_release(x);
    }
    TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
    text("# made by hand\n# 2026\nday;a;\"b;c\"\n0;1;2\n1;3;4\n");
    options.delimiter = ';';
    options.header = true;
    options.index = true;
    options.skip_rows = 2;
    options.dtype = TENSOR_DTYPE_I32;
    x = load(&options);
    EXPECT_EQ(tensor_dtype(x), TENSOR_DTYPE_I32);
    shape_is(x, 2, 2);
    HOLDS(x, 1, 2, 3, 4);
    test_release(x);
    /* However lines end. */
    static const char *const endings[] = {"title\r1,2\r3,4\r", "title\r\n1,2\r\n3,4", "title\n\r1,2\n3,4\n"};
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.skip_rows = 1;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        text(endings[i]);
        x = load(&options);
        shape_is(x, 2, 2);
        HOLDS(x, 1, 2, 3, 4);
        test_release(x);
    }
    /* One rounding, not two: between 1 and the next f16, and just above the middle. */
    text("1.000488281250001,1.00048828125,65519.9999,65520\n");
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.dtype = TENSOR_DTYPE_F16;
    x = load(&options);
    HOLDS(x, 1.0009765625, 1, 65504, INFINITY);
    test_release(x);
    /* Columns by name; the others need not hold numbers. */
    text("who,a,b,c\nAda,1,2,3\n\"Grace \"\"H\"\"\",4,5,6\n");
    const char *const names[2] = {"c", "a"};
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.names = names;
    options.nnames = 2;
    x = load(&options);
    shape_is(x, 2, 2);
    HOLDS(x, 3, 1, 6, 4);
    test_release(x);
    const char *const missing[1] = {"d"};
    options.names = missing;
    options.nnames = 1;
    FAILS(tensor_load_csv(test_path("x.csv"), &options, &x), TENSOR_ERR_NOT_FOUND, "no column \"d\"");
    const char *const twice[2] = {"a", "a"};
    options.names = twice;
    options.nnames = 2;
    FAILS(tensor_load_csv(test_path("x.csv"), &options, &x), TENSOR_ERR_INVALID_ARGUMENT, "\"a\" twice");
    /* Nothing, and nothing but names. */
    text("");
    x = load(NULL);
    shape_is(x, 0, 0);
    test_release(x);
    text("a,b\n");
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.header = true;
    x = load(&options);
    shape_is(x, 0, 2);
    test_release(x);
}

static void missing_values(void) {
    text("1,,NA\nnan,NaN,null\n-inf,inf,<NA>\n");
    Tensor *x = load(NULL);
    const double *got = NULL;
    OK(tensor_data_f64(x, &got));
    for (int i = 1; i < 6; i++) {
        CHECK(isnan(got[i]));
    }
    CHECK(got[0] == 1 && isinf(got[6]) && got[6] < 0 && isinf(got[7]) && isnan(got[8]));
    test_release(x);
    TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
    options.dtype = TENSOR_DTYPE_I64;
    text("1,2\n3,\n");
    FAILS(tensor_load_csv(test_path("x.csv"), &options, &x), TENSOR_ERR_FORMAT, "line 2, field 2: the value is missing");
    options.dtype = TENSOR_DTYPE_BOOL;
    text("True,false\n1,0\n");
    x = load(&options);
    const void *data = NULL;
    OK(tensor_data(x, &data));
    CHECK(memcmp(data, "\1\0\1\0", 4) == 0);
    test_release(x);
}

static void what_is_no_table(void) {
    Tensor *x = (Tensor *)1;
    TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
    const char *path = test_path("x.csv");
    text("a,b\n1,2\n");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "line 1, field 1: \"a\" is no f64");
    CHECK(x == NULL);
    text("1,2\n\r\n\n3,4,5\n");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "line 4, field 3: the line has 3 fields, expected 2");
    text("1,2\r\n3\r\n");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "line 2, field 1: the line has 1 fields, expected 2");
    text("1,2\r3,x\r");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "line 2, field 2: \"x\" is no f64");
    text("a,b\n1,2\nx,3\n");
    options.header = true;
    FAILS(tensor_load_csv(path, &options, &x), TENSOR_ERR_FORMAT, "line 3, field 1 (\"a\"): \"x\"");
    text("1,\xff\n");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "not UTF-8");
    text("1,\"2\n3,4\n");
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "line 1, field 2");
    text("1,300\n");
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.dtype = TENSOR_DTYPE_U8;
    FAILS(tensor_load_csv(path, &options, &x), TENSOR_ERR_FORMAT, "\"300\" is no u8");
    /* A quote that nothing closes before a megabyte of text. */
    char *long_text = malloc(1 << 21);
    memset(long_text, '1', 1 << 21);
    long_text[0] = '"';
    test_write(path, long_text, 1 << 21);
    free(long_text);
    FAILS(tensor_load_csv(path, NULL, &x), TENSOR_ERR_FORMAT, "more than 1048576 bytes");
    FAILS(tensor_load_csv("/dev/null", NULL, &x), TENSOR_ERR_IO, "no regular file");
    FAILS(tensor_load_csv(test_path("missing"), NULL, &x), TENSOR_ERR_IO, "missing");
    static const char delimiters[] = {'"', '\n', '\r', '.', '-', '+', 'e', '1', 0, (char)0xe4};
    for (size_t i = 0; i < sizeof delimiters; i++) {
        options.delimiter = delimiters[i];
        FAILS(tensor_load_csv(path, &options, &x), TENSOR_ERR_INVALID_ARGUMENT, "options.delimiter");
    }
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.skip_rows = -1;
    FAILS(tensor_load_csv(path, &options, &x), TENSOR_ERR_INVALID_ARGUMENT, "options.skip_rows is -1");
}

static void saved(void) {
    TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
    const char *path = test_path("x.csv");
    Tensor *x = FLOATS(DIMS(2, 3), 1, -2.5f, NAN, 1e-7f, INFINITY, 16777216);
    OK(tensor_save_csv(x, path, NULL));
    CHECK(file_is("1.0,-2.5,nan\n1e-7,inf,16777216.0\n"));
    const char *const names[3] = {"a", "b,\"c\"", ""};
    options.names = names;
    options.nnames = 3;
    options.index = true;
    OK(tensor_save_csv(x, path, &options));
    CHECK(file_is(",a,\"b,\"\"c\"\"\",\n0,1.0,-2.5,nan\n1,1e-7,inf,16777216.0\n"));
    options.nnames = 2;
    FAILS(tensor_save_csv(x, path, &options), TENSOR_ERR_SHAPE, "2 entries, x has 3 columns");
    options = (TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT;
    options.header = true;
    options.delimiter = '\t';
    Tensor *turned = NULL;
    OK(tensor_transpose(x, 0, 1, &turned));
    OK(tensor_save_csv(turned, path, &options));
    CHECK(file_is("0\t1\n1.0\t1e-7\n-2.5\tinf\nnan\t16777216.0\n"));
    test_release(turned);
    test_release(x);
    static const uint8_t bools[2] = {0, 9};
    x = test_make(TENSOR_DTYPE_BOOL, bools, DIMS(2));
    OK(tensor_save_csv(x, path, NULL));
    CHECK(file_is("False\nTrue\n"));
    test_release(x);
    x = test_full(1, DIMS(2, 2, 2));
    FAILS(tensor_save_csv(x, path, NULL), TENSOR_ERR_SHAPE, "[2, 2, 2]");
    test_release(x);
    OK(tensor_zeros((int64_t[]){3, 0}, 2, NULL, &x));
    FAILS(tensor_save_csv(x, path, NULL), TENSOR_ERR_SHAPE, "[3, 0]: a table without columns");
    test_release(x);
    OK(tensor_zeros((int64_t[]){0, INT64_C(1) << 62}, 2, NULL, &x));
    FAILS(tensor_save_csv(x, path, &(TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT), TENSOR_ERR_SHAPE, "at most 16777216");
    CHECK(file_is("False\nTrue\n"));
    test_release(x);
}

/* Every dtype, any bits: what is saved is loaded. */
static void there_and_back(void) {
    enum { ROWS = 1000, COLUMNS = 7 };
    static uint64_t noise[ROWS * COLUMNS];
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        noise[i] = state;
    }
    for (TensorDType dtype = TENSOR_DTYPE_BOOL; dtype <= TENSOR_DTYPE_F64; dtype++) {
        TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
        size_t size = tensor_dtype_size(dtype);
        Tensor *x = test_make(dtype, noise, DIMS(ROWS, COLUMNS));
        Tensor *y = NULL;
        const void *a = NULL;
        const void *b = NULL;
        options.dtype = dtype;
        OK(tensor_save_csv(x, test_path("x.csv"), &options));
        y = load(&options);
        shape_is(y, ROWS, COLUMNS);
        OK(tensor_data(x, &a));
        OK(tensor_data(y, &b));
        int differ = 0, nans = 0;
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            const unsigned char *p = (const unsigned char *)a + i * size, *q = (const unsigned char *)b + i * size;
            uint64_t bits = 0;
            memcpy(&bits, p, size);
            int nan = dtype == TENSOR_DTYPE_F16    ? (bits & 0x7fff) > 0x7c00
                      : dtype == TENSOR_DTYPE_BF16 ? (bits & 0x7fff) > 0x7f80
                      : dtype == TENSOR_DTYPE_F32  ? (bits & 0x7fffffff) > 0x7f800000
                      : dtype == TENSOR_DTYPE_F64  ? (bits & INT64_MAX) > 0x7ff0000000000000
                                                   : 0;
            int same = dtype == TENSOR_DTYPE_BOOL ? (*p != 0) == *q : memcmp(p, q, size) == 0;
            nans += nan;
            differ += !same && !nan;
        }
        EXPECT_EQ(differ, 0);
        CHECK(nans < ROWS * COLUMNS / 10);
        test_release(x);
        test_release(y);
    }
}

static void dicts(void) {
    TensorCsvOptions options = TENSOR_CSV_OPTIONS_INIT;
    TensorDict *dict = NULL;
    TensorDict *back = NULL;
    Tensor *x = FLOATS(DIMS(3), 1, 2.5, 3);
    static const int64_t numbers[3] = {INT64_MAX, -1, 0};
    Tensor *y = test_make(TENSOR_DTYPE_I64, numbers, DIMS(3));
    Tensor *column = NULL;
    OK(tensor_dict_create(&dict));
    OK(tensor_dict_set(dict, "x", x));
    OK(tensor_dict_set(dict, "y", y));
    options.index = true;
    OK(tensor_dict_save_csv(dict, test_path("x.csv"), &options));
    CHECK(file_is(",x,y\n0,1.0,9223372036854775807\n1,2.5,-1\n2,3.0,0\n"));
    OK(tensor_dict_load_csv(test_path("x.csv"), &options, &back));
    EXPECT_EQ(tensor_dict_len(back), 2);
    OK(tensor_dict_get(back, "x", &column));
    CHECK(tensor_ndim(column) == 1 && tensor_is_contiguous(column));
    HOLDS(column, 1, 2.5, 3);
    test_release(column);
    OK(tensor_dict_release(back));
    text("x,y,x\n1,2,3\n");
    FAILS(tensor_dict_load_csv(test_path("x.csv"), NULL, &back), TENSOR_ERR_FORMAT, "\"x\" stands twice");
    CHECK(back == NULL);
    test_release(y);
    y = test_full(0, DIMS(4));
    OK(tensor_dict_set(dict, "y", y));
    FAILS(tensor_dict_save_csv(dict, test_path("x.csv"), NULL), TENSOR_ERR_SHAPE, "\"y\" has 4 rows, those before it 3");
    CHECK(file_is("x,y,x\n1,2,3\n"));
    test_release(x);
    test_release(y);
    OK(tensor_dict_release(dict));
}

/* Larger than any buffer inside, with lines and fields across their ends. */
static void a_large_table(void) {
    const int64_t rows = test_under_valgrind() ? 5000 : 100000;
    const int64_t columns = 10;
    Tensor *x = NULL;
    Tensor *flat = NULL;
    TensorOptions f64 = TENSOR_OPTIONS_INIT;
    f64.dtype = TENSOR_DTYPE_F64;
    OK(tensor_arange(tensor_scalar_i(0), tensor_scalar_i(rows * columns), tensor_scalar_i(1), &f64, &flat));
    OK(tensor_reshape(flat, DIMS(rows, columns), &x));
    OK(tensor_save_csv(x, test_path("x.csv"), NULL));
    Tensor *y = load(NULL);
    shape_is(y, rows, columns);
    const double *got = NULL;
    OK(tensor_data_f64(y, &got));
    int64_t differ = 0;
    for (int64_t i = 0; i < rows * columns; i++) {
        differ += got[i] != (double)i;
    }
    EXPECT_EQ(differ, 0);
    test_release(x);
    test_release(y);
    test_release(flat);
}

int main(void) {
    test_make_folder();
    tables();
    missing_values();
    what_is_no_table();
    saved();
    there_and_back();
    dicts();
    a_large_table();
    test_remove_folder();
    return test_end();
}
