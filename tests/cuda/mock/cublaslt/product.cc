// The product itself, in double, rounded where the real library rounds.
#include <cmath>
#include <cstring>
#include "cublaslt.h"

namespace lt {

size_t size_of(uint32_t type) { return type == R_64F ? 8 : type == R_32F || type == R_32I ? 4 : type == R_8I ? 1 : 2; }

size_t extent(const Layout &l) {
    if (!l.rows || !l.cols || l.batch <= 0) return 0;
    uint64_t lines = l.order == COL ? l.cols : l.rows, line = l.order == COL ? l.rows : l.cols;
    return ((uint64_t)(l.batch - 1) * (uint64_t)l.stride + (lines - 1) * (uint64_t)l.ld + line) * size_of(l.type);
}

static float float_from(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static double half_to_double(uint16_t h) {
    int exponent = h >> 10 & 31, fraction = h & 1023;
    double x = exponent == 31 ? (fraction ? NAN : INFINITY) : exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
    return h & 0x8000 ? -x : x;
}

static uint16_t double_to_half(double x) {
    uint16_t sign = std::signbit(x) ? 0x8000 : 0;
    if (std::isnan(x)) return 0x7fff;
    double a = std::fabs(x);
    if (a >= 65520) return sign | 0x7c00;
    int exponent = a < 0x1p-14 ? -14 : std::ilogb(a);
    // nearbyint rounds halves to even.
    double steps = std::nearbyint(std::ldexp(a, 10 - exponent));
    return sign | (uint16_t)(a < 0x1p-14 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

static uint16_t float_to_bfloat(float x) {
    uint32_t bits = bits_of(x);
    if (std::isnan(x)) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static double load(uint32_t type, const char *p, uint64_t i) {
    switch (type) {
        case R_64F: return ((const double *)p)[i];
        case R_32F: return ((const float *)p)[i];
        case R_16F: return half_to_double(((const uint16_t *)p)[i]);
        default: return float_from((uint32_t)((const uint16_t *)p)[i] << 16);
    }
}

static void store(uint32_t type, char *p, uint64_t i, double x) {
    switch (type) {
        case R_64F: ((double *)p)[i] = x; break;
        case R_32F: ((float *)p)[i] = (float)x; break;
        case R_16F: ((uint16_t *)p)[i] = double_to_half(x); break;
        default: ((uint16_t *)p)[i] = float_to_bfloat((float)x);
    }
}

static double rounded(uint32_t type, double x) {
    char bytes[8];
    store(type, bytes, 0, x);
    return load(type, bytes, 0);
}

// As the tensor cores take a 32-bit float: 10 bits of fraction, or what the compute type allows.
static double lowered(int compute, uint32_t type, double x) {
    if (type != R_32F || !std::isfinite(x)) return x;
    if (compute == COMPUTE_32F_FAST_TF32) return float_from((bits_of((float)x) + 0xfff + (bits_of((float)x) >> 13 & 1)) & ~0x1fffu);
    if (compute == COMPUTE_32F_FAST_16F) return half_to_double(double_to_half(x));
    if (compute == COMPUTE_32F_FAST_16BF) return float_from((uint32_t)float_to_bfloat((float)x) << 16);
    return x;
}

static uint64_t place(const Layout &l, uint64_t batch, uint64_t row, uint64_t col) {
    return batch * (uint64_t)l.stride + (l.order == COL ? col * (uint64_t)l.ld + row : row * (uint64_t)l.ld + col);
}

// op(X) of one batch as rows × cols in C order.
static std::vector<double> read(const Layout &l, bool transposed, const char *p, uint64_t batch, int compute) {
    uint64_t rows = transposed ? l.cols : l.rows, cols = transposed ? l.rows : l.cols;
    std::vector<double> out(rows * cols);
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < cols; j++)
            out[i * cols + j] = lowered(compute, l.type, load(l.type, p, transposed ? place(l, batch, j, i) : place(l, batch, i, j)));
    return out;
}

static double gelu(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }

void multiply(const Problem &p, const Operands &o) {
    double alpha = o.alpha, beta = o.beta;
    if (o.alpha_device) alpha = load((uint32_t)p.desc.scale, (const char *)o.alpha_device, 0);
    if (o.beta_device) beta = load((uint32_t)p.desc.scale, (const char *)o.beta_device, 0);
    uint64_t m = p.m(), n = p.n(), k = p.k();
    uint32_t bias_type = p.desc.bias_type < 0 ? p.d.type : (uint32_t)p.desc.bias_type;
    for (uint64_t batch = 0; batch < (uint64_t)p.d.batch; batch++) {
        std::vector<double> a = read(p.a, p.desc.transpose[0], o.a, batch, p.desc.compute);
        std::vector<double> b = read(p.b, p.desc.transpose[1], o.b, batch, p.desc.compute);
        std::vector<double> row(n);
        for (uint64_t i = 0; i < m; i++) {
            std::fill(row.begin(), row.end(), 0.0);
            for (uint64_t q = 0; q < k; q++) {
                double x = a[i * k + q];
                for (uint64_t j = 0; j < n; j++) row[j] += x * b[q * n + j];
                if (o.parts_in_output_type && q == k / 2)
                    for (double &sum : row) sum = rounded(p.d.type, sum);
            }
            for (uint64_t j = 0; j < n; j++) {
                double y = alpha * row[j];
                if (beta != 0) y += beta * load(p.c.type, o.c, place(p.c, batch, i, j));
                if (p.desc.epilogue & BIAS) y += load(bias_type, (const char *)p.desc.bias, batch * (uint64_t)p.desc.bias_stride + i);
                if (p.desc.epilogue & AUX && p.desc.epilogue & GELU)
                    store(p.desc.aux_type < 0 ? p.d.type : (uint32_t)p.desc.aux_type, (char *)p.desc.aux,
                          batch * (uint64_t)p.desc.aux_stride + j * (uint64_t)p.desc.aux_ld + i, y);
                if (p.desc.epilogue & RELU) y = std::fmax(y, 0.0);
                if (p.desc.epilogue & GELU) y = gelu(y);
                store(p.d.type, o.d, place(p.d, batch, i, j), y);
            }
        }
        // The gradient of a bias: sums over k.
        char *bias = (char *)p.desc.bias;
        for (uint64_t i = 0; p.desc.epilogue & BGRADA && i < m; i++) {
            double sum = 0;
            for (uint64_t q = 0; q < k; q++) sum += a[i * k + q];
            store(bias_type, bias, batch * (uint64_t)p.desc.bias_stride + i, sum);
        }
        for (uint64_t j = 0; p.desc.epilogue & BGRADB && j < n; j++) {
            double sum = 0;
            for (uint64_t q = 0; q < k; q++) sum += b[q * n + j];
            store(bias_type, bias, batch * (uint64_t)p.desc.bias_stride + j, sum);
        }
    }
    // Whatever the caller kept there is gone.
    if (o.workspace_bytes) memset(o.workspace, 0xEE, o.workspace_bytes);
}

}  // namespace lt
