/* A tensor as text: what print(x) shows in PyTorch 2, but for the names of dtypes (f64, not torch.float64) and of ops (<mul>,
 * not <MulBackward0>). The texts are PyTorch's own. */
#include "test.h"

static Tensor *converted(TensorDType dtype, Tensor *x) {
    Tensor *y = NULL;
    OK(tensor_to_dtype(x, dtype, NULL, &y));
    test_release(x);
    return y;
}

static Tensor *whole_numbers(const int64_t *shape, size_t ndim, int64_t value) {
    Tensor *x = NULL;
    OK(tensor_full(shape, ndim, tensor_scalar_i(value), NULL, &x));
    return x;
}

/* 0, step, 2 step, … n times in the shape. */
static Tensor *range(TensorDType dtype, int64_t n, double step, const int64_t *shape, size_t ndim) {
    Tensor *line = NULL, *x = NULL;
    OK(tensor_arange(tensor_scalar_i(0), tensor_scalar_i(n), tensor_scalar_i(1), NULL, &line));
    if (step != 1) {
        Tensor *scaled = NULL;
        OK(tensor_mul_scalar(line, tensor_scalar_f(step), &scaled));
        test_release(line);
        line = scaled;
    }
    OK(tensor_reshape(line, shape, ndim, &x));
    test_release(line);
    return converted(dtype, x);
}

static Tensor *tracked(Tensor *x) {
    OK(tensor_set_requires_grad(x, true));
    return x;
}

static Tensor *doubled(Tensor *x) {
    Tensor *y = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(2), &y));
    test_release(x);
    return y;
}

static Tensor *turned(Tensor *x) {
    Tensor *y = NULL;
    OK(tensor_transpose(x, 0, 1, &y));
    test_release(x);
    return y;
}

static Tensor *corner(Tensor *x, int64_t rows, int64_t columns) {
    Tensor *top = NULL, *y = NULL;
    OK(tensor_narrow(x, 0, 0, rows, &top));
    OK(tensor_narrow(top, 1, 0, columns, &y));
    test_release(top);
    test_release(x);
    return y;
}

/* Ends x. */
static void prints(Tensor *x, const TensorPrintOptions *options, const char *expected) {
    size_t needed = 0;
    OK(tensor_to_string(x, options, NULL, 0, &needed));
    char *text = malloc(needed);
    OK(tensor_to_string(x, options, text, needed, NULL));
    if (needed != strlen(expected) + 1 || strcmp(text, expected) != 0) {
        FAIL("printed\n%s\nexpected\n%s", text, expected);
    }
    free(text);
    test_release(x);
}

static void numbers(void) {
    prints(whole_numbers(NULL, 0, 3), NULL,
         "tensor(3)");
    prints(test_make(TENSOR_DTYPE_F32, (const float[]){2.5F}, NULL, 0), NULL,
         "tensor(2.5000)");
    prints(test_make(TENSOR_DTYPE_BOOL, (const bool[]){true}, NULL, 0), NULL,
         "tensor(True)");
    prints(test_make(TENSOR_DTYPE_I64, (const int64_t[]){1, 2, 3}, DIMS(3)), NULL,
         "tensor([1, 2, 3])");
    prints(test_make(TENSOR_DTYPE_I64, (const int64_t[]){-1, 20, 300}, DIMS(3)), NULL,
         "tensor([ -1,  20, 300])");
    prints(FLOATS(DIMS(3), 1, 2, 3), NULL,
         "tensor([1., 2., 3.])");
    prints(FLOATS(DIMS(3), 1, 2.5F, -3.25F), NULL,
         "tensor([ 1.0000,  2.5000, -3.2500])");
    prints(FLOATS(DIMS(3), 1e-5F, 1, 1000), NULL,
         "tensor([1.0000e-05, 1.0000e+00, 1.0000e+03])");
    prints(FLOATS(DIMS(2), 1e10F, 1.5F), NULL,
         "tensor([1.0000e+10, 1.5000e+00])");
    prints(FLOATS(DIMS(2), 1e9F, 1), NULL,
         "tensor([1.0000e+09, 1.0000e+00])");
    prints(FLOATS(DIMS(2), 1, 2000), NULL,
         "tensor([1.0000e+00, 2.0000e+03])");
    prints(FLOATS(DIMS(3), 0, 0, 0), NULL,
         "tensor([0., 0., 0.])");
    prints(FLOATS(DIMS(1), 1e-8F), NULL,
         "tensor([1.0000e-08])");
    prints(test_make(TENSOR_DTYPE_BOOL, (const bool[]){true, false}, DIMS(2)), NULL,
         "tensor([ True, False])");
    prints(FLOATS(DIMS(2), 0, NAN), NULL,
         "tensor([0., nan])");
    prints(FLOATS(DIMS(4), 1.5F, NAN, INFINITY, -INFINITY), NULL,
         "tensor([1.5000,    nan,    inf,   -inf])");
    prints(FLOATS(DIMS(2), 1, -INFINITY), NULL,
         "tensor([1., -inf])");
    prints(FLOATS(DIMS(2), NAN, NAN), NULL,
         "tensor([nan, nan])");
}

static void shapes(void) {
    prints(FLOATS(DIMS(0), 0), NULL,
         "tensor([])");
    prints(FLOATS(DIMS(0, 3), 0), NULL,
         "tensor([], size=(0, 3))");
    prints(range(TENSOR_DTYPE_I64, 0, 1, DIMS(0)), NULL,
         "tensor([], dtype=i64)");
    prints(range(TENSOR_DTYPE_I32, 0, 1, DIMS(2, 0)), NULL,
         "tensor([], size=(2, 0), dtype=i32)");
    prints(FLOATS(DIMS(2, 2), 1, 2, 3, 4.5F), NULL,
         "tensor([[1.0000, 2.0000],\n"
         "        [3.0000, 4.5000]])");
    prints(range(TENSOR_DTYPE_I64, 12, 1, DIMS(2, 3, 2)), NULL,
         "tensor([[[ 0,  1],\n"
         "         [ 2,  3],\n"
         "         [ 4,  5]],\n"
         "\n"
         "        [[ 6,  7],\n"
         "         [ 8,  9],\n"
         "         [10, 11]]])");
    prints(range(TENSOR_DTYPE_F32, 8, 1, DIMS(2, 1, 2, 2)), NULL,
         "tensor([[[[0., 1.],\n"
         "          [2., 3.]]],\n"
         "\n"
         "\n"
         "        [[[4., 5.],\n"
         "          [6., 7.]]]])");
}

static void dtypes(void) {
    prints(converted(TENSOR_DTYPE_F64, FLOATS(DIMS(2), 1, 2.5F)), NULL,
         "tensor([1.0000, 2.5000], dtype=f64)");
    prints(converted(TENSOR_DTYPE_F16, FLOATS(DIMS(2), 1, 2.5F)), NULL,
         "tensor([1.0000, 2.5000], dtype=f16)");
    prints(converted(TENSOR_DTYPE_BF16, FLOATS(DIMS(2), 1, 2.5F)), NULL,
         "tensor([1.0000, 2.5000], dtype=bf16)");
    prints(test_make(TENSOR_DTYPE_U8, (const uint8_t[]){1, 255}, DIMS(2)), NULL,
         "tensor([  1, 255], dtype=u8)");
    prints(test_make(TENSOR_DTYPE_I32, (const int32_t[]){1, -2}, DIMS(1, 2)), NULL,
         "tensor([[ 1, -2]], dtype=i32)");
    prints(test_make(TENSOR_DTYPE_F64, (const double[]){1.5}, NULL, 0), NULL,
         "tensor(1.5000, dtype=f64)");
    prints(tracked(FLOATS(DIMS(2), 1, 2)), NULL,
         "tensor([1., 2.], requires_grad=True)");
    prints(doubled(tracked(FLOATS(DIMS(2), 1, 2))), NULL,
         "tensor([2., 4.], grad_fn=<mul>)");
}

static void long_ones(void) {
    prints(range(TENSOR_DTYPE_I64, 30, 1, DIMS(30)), NULL,
         "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
         "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
    prints(range(TENSOR_DTYPE_F32, 30, 0.25, DIMS(30)), NULL,
         "tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000, 1.2500, 1.5000, 1.7500, 2.0000,\n"
         "        2.2500, 2.5000, 2.7500, 3.0000, 3.2500, 3.5000, 3.7500, 4.0000, 4.2500,\n"
         "        4.5000, 4.7500, 5.0000, 5.2500, 5.5000, 5.7500, 6.0000, 6.2500, 6.5000,\n"
         "        6.7500, 7.0000, 7.2500])");
    prints(corner(range(TENSOR_DTYPE_I64, 1000, 1, DIMS(10, 100)), 2, 30), NULL,
         "tensor([[  0,   1,   2,   3,   4,   5,   6,   7,   8,   9,  10,  11,  12,  13,\n"
         "          14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25,  26,  27,\n"
         "          28,  29],\n"
         "        [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,\n"
         "         114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,\n"
         "         128, 129]])");
    prints(range(TENSOR_DTYPE_I64, 1001, 1, DIMS(1001)), NULL,
         "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    prints(range(TENSOR_DTYPE_F32, 1200, 1, DIMS(40, 30)), NULL,
         "tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 2.7000e+01, 2.8000e+01,\n"
         "         2.9000e+01],\n"
         "        [3.0000e+01, 3.1000e+01, 3.2000e+01,  ..., 5.7000e+01, 5.8000e+01,\n"
         "         5.9000e+01],\n"
         "        [6.0000e+01, 6.1000e+01, 6.2000e+01,  ..., 8.7000e+01, 8.8000e+01,\n"
         "         8.9000e+01],\n"
         "        ...,\n"
         "        [1.1100e+03, 1.1110e+03, 1.1120e+03,  ..., 1.1370e+03, 1.1380e+03,\n"
         "         1.1390e+03],\n"
         "        [1.1400e+03, 1.1410e+03, 1.1420e+03,  ..., 1.1670e+03, 1.1680e+03,\n"
         "         1.1690e+03],\n"
         "        [1.1700e+03, 1.1710e+03, 1.1720e+03,  ..., 1.1970e+03, 1.1980e+03,\n"
         "         1.1990e+03]])");
    prints(range(TENSOR_DTYPE_I64, 2000, 1, DIMS(20, 10, 10)), NULL,
         "tensor([[[   0,    1,    2,  ...,    7,    8,    9],\n"
         "         [  10,   11,   12,  ...,   17,   18,   19],\n"
         "         [  20,   21,   22,  ...,   27,   28,   29],\n"
         "         ...,\n"
         "         [  70,   71,   72,  ...,   77,   78,   79],\n"
         "         [  80,   81,   82,  ...,   87,   88,   89],\n"
         "         [  90,   91,   92,  ...,   97,   98,   99]],\n"
         "\n"
         "        [[ 100,  101,  102,  ...,  107,  108,  109],\n"
         "         [ 110,  111,  112,  ...,  117,  118,  119],\n"
         "         [ 120,  121,  122,  ...,  127,  128,  129],\n"
         "         ...,\n"
         "         [ 170,  171,  172,  ...,  177,  178,  179],\n"
         "         [ 180,  181,  182,  ...,  187,  188,  189],\n"
         "         [ 190,  191,  192,  ...,  197,  198,  199]],\n"
         "\n"
         "        [[ 200,  201,  202,  ...,  207,  208,  209],\n"
         "         [ 210,  211,  212,  ...,  217,  218,  219],\n"
         "         [ 220,  221,  222,  ...,  227,  228,  229],\n"
         "         ...,\n"
         "         [ 270,  271,  272,  ...,  277,  278,  279],\n"
         "         [ 280,  281,  282,  ...,  287,  288,  289],\n"
         "         [ 290,  291,  292,  ...,  297,  298,  299]],\n"
         "\n"
         "        ...,\n"
         "\n"
         "        [[1700, 1701, 1702,  ..., 1707, 1708, 1709],\n"
         "         [1710, 1711, 1712,  ..., 1717, 1718, 1719],\n"
         "         [1720, 1721, 1722,  ..., 1727, 1728, 1729],\n"
         "         ...,\n"
         "         [1770, 1771, 1772,  ..., 1777, 1778, 1779],\n"
         "         [1780, 1781, 1782,  ..., 1787, 1788, 1789],\n"
         "         [1790, 1791, 1792,  ..., 1797, 1798, 1799]],\n"
         "\n"
         "        [[1800, 1801, 1802,  ..., 1807, 1808, 1809],\n"
         "         [1810, 1811, 1812,  ..., 1817, 1818, 1819],\n"
         "         [1820, 1821, 1822,  ..., 1827, 1828, 1829],\n"
         "         ...,\n"
         "         [1870, 1871, 1872,  ..., 1877, 1878, 1879],\n"
         "         [1880, 1881, 1882,  ..., 1887, 1888, 1889],\n"
         "         [1890, 1891, 1892,  ..., 1897, 1898, 1899]],\n"
         "\n"
         "        [[1900, 1901, 1902,  ..., 1907, 1908, 1909],\n"
         "         [1910, 1911, 1912,  ..., 1917, 1918, 1919],\n"
         "         [1920, 1921, 1922,  ..., 1927, 1928, 1929],\n"
         "         ...,\n"
         "         [1970, 1971, 1972,  ..., 1977, 1978, 1979],\n"
         "         [1980, 1981, 1982,  ..., 1987, 1988, 1989],\n"
         "         [1990, 1991, 1992,  ..., 1997, 1998, 1999]]])");
    prints(range(TENSOR_DTYPE_I64, 4000, 1, DIMS(2, 2000)), NULL,
         "tensor([[   0,    1,    2,  ..., 1997, 1998, 1999],\n"
         "        [2000, 2001, 2002,  ..., 3997, 3998, 3999]])");
    prints(tracked(test_full(1, DIMS(12))), NULL,
         "tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.], requires_grad=True)");
    prints(range(TENSOR_DTYPE_F64, 14, 1, DIMS(14)), NULL,
         "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.],\n"
         "       dtype=f64)");
    prints(FLOATS(DIMS(2), -0.0F, 0), NULL,
         "tensor([-0., 0.])");
    prints(FLOATS(DIMS(2, 2), -1.5F, 2, 3, -400.25F), NULL,
         "tensor([[  -1.5000,    2.0000],\n"
         "        [   3.0000, -400.2500]])");
    prints(turned(range(TENSOR_DTYPE_F32, 6, 1, DIMS(2, 3))), NULL,
         "tensor([[0., 3.],\n"
         "        [1., 4.],\n"
         "        [2., 5.]])");
}

static void options(void) {
    TensorPrintOptions precise = TENSOR_PRINT_OPTIONS_INIT, shortened = TENSOR_PRINT_OPTIONS_INIT, narrow = TENSOR_PRINT_OPTIONS_INIT;
    precise.precision = 2;
    prints(FLOATS(DIMS(2), 1, 2.3456F), &precise,
         "tensor([1.00, 2.35])");
    shortened.threshold = 5;
    shortened.edge_items = 1;
    prints(range(TENSOR_DTYPE_I64, 6, 1, DIMS(6)), &shortened,
         "tensor([0,  ..., 5])");
    narrow.line_width = 20;
    prints(range(TENSOR_DTYPE_I64, 12, 1, DIMS(12)), &narrow,
         "tensor([ 0,  1,  2,\n"
         "         3,  4,  5,\n"
         "         6,  7,  8,\n"
         "         9, 10, 11])");
}

int main(void) {
    numbers();
    shapes();
    dtypes();
    long_ones();
    options();
    return test_end();
}
