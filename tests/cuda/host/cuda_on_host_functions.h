// The functions of CUDA that need no other thread: atomics, loads and stores with a hint, arithmetic, bits.
// Included by cuda_on_host.h.
#pragma once

// ---- atomics: only one thread runs at a time ----
#define ON_HOST_ATOMIC(name, expression)           \
    template <class T>                             \
    T name(T *p, std::common_type_t<T> x) {        \
        T old = *p;                                \
        *p = (T)(expression);                      \
        return old;                                \
    }
ON_HOST_ATOMIC(atomicAdd, on_host::sum(old, (T)x))
ON_HOST_ATOMIC(atomicSub, on_host::sum(old, (T)(0 - (uint64_t)x)))
ON_HOST_ATOMIC(atomicMax, x > old ? x : old)
ON_HOST_ATOMIC(atomicMin, x < old ? x : old)
ON_HOST_ATOMIC(atomicAnd, old & x)
ON_HOST_ATOMIC(atomicOr, old | x)
ON_HOST_ATOMIC(atomicXor, old ^ x)
ON_HOST_ATOMIC(atomicExch, x)
ON_HOST_ATOMIC(atomicInc, old >= x ? 0 : old + 1)
ON_HOST_ATOMIC(atomicDec, old == 0 || old > x ? x : old - 1)
#undef ON_HOST_ATOMIC
template <class T>
T atomicCAS(T *p, std::common_type_t<T> expected, std::common_type_t<T> x) {
    T old = *p;
    if (old == expected) *p = x;
    return old;
}

// ---- loads and stores with a hint for the cache ----
#define ON_HOST_LOAD(name) \
    template <class T>     \
    T name(const T *p) {   \
        return *p;         \
    }
ON_HOST_LOAD(__ldg)
ON_HOST_LOAD(__ldca)
ON_HOST_LOAD(__ldcg)
ON_HOST_LOAD(__ldcs)
ON_HOST_LOAD(__ldcv)
ON_HOST_LOAD(__ldlu)
#undef ON_HOST_LOAD
#define ON_HOST_STORE(name)                      \
    template <class T>                           \
    void name(T *p, std::common_type_t<T> x) {   \
        *p = x;                                  \
    }
ON_HOST_STORE(__stwb)
ON_HOST_STORE(__stcg)
ON_HOST_STORE(__stcs)
ON_HOST_STORE(__stwt)
#undef ON_HOST_STORE

// ---- vectors ----
#define ON_HOST_VECTOR(T, name)                                                                \
    struct alignas(2 * sizeof(T)) name##2 {                                                    \
        T x, y;                                                                                \
    };                                                                                         \
    struct alignas(sizeof(T) == 8 ? 16 : 4 * sizeof(T)) name##4 {                              \
        T x, y, z, w;                                                                          \
    };                                                                                         \
    inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                 \
    inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
ON_HOST_VECTOR(float, float)
ON_HOST_VECTOR(double, double)
ON_HOST_VECTOR(int, int)
ON_HOST_VECTOR(unsigned, uint)
ON_HOST_VECTOR(unsigned short, ushort)
ON_HOST_VECTOR(long long, longlong)
ON_HOST_VECTOR(unsigned long long, ulonglong)
#undef ON_HOST_VECTOR

// ---- arithmetic ----
// As CUDA's: of a NaN and a number, the number.
template <class A, class B>
auto max(A a, B b) {
    typedef std::common_type_t<A, B> T;
    if constexpr (std::is_floating_point_v<T>) return (T)(a != a ? b : b != b ? a : a < b ? b : a);
    else return (T)a < (T)b ? (T)b : (T)a;
}
template <class A, class B>
auto min(A a, B b) {
    typedef std::common_type_t<A, B> T;
    if constexpr (std::is_floating_point_v<T>) return (T)(a != a ? b : b != b ? a : b < a ? b : a);
    else return (T)b < (T)a ? (T)b : (T)a;
}

// The functions that newer C libraries have too, by names of our own.
namespace on_host {
inline float reciprocal_root(float x) { return 1.f / sqrtf(x); }
inline double reciprocal_root(double x) { return 1. / sqrt(x); }
}  // namespace on_host
#define rsqrtf(x) on_host::reciprocal_root((float)(x))
#define rsqrt(x) on_host::reciprocal_root(x)

inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __log10f(float x) { return log10f(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.f) : 0.f; }
inline float __fdividef(float a, float b) { return a / b; }

// With the rounding in the name; the compiler does not contract them.
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.f / a; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline float __frsqrt_rn(float a) { return (float)(1. / sqrt((double)a)); }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __drcp_rn(double a) { return 1. / a; }
inline double __dsqrt_rn(double a) { return sqrt(a); }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }

inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
inline int __mulhi(int a, int b) { return (int)((int64_t)a * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    __extension__ typedef unsigned __int128 wide;
    return (unsigned long long)((wide)a * b >> 64);
}

// ---- bits ----
inline unsigned __float_as_uint(float x) { return (unsigned)on_host::bits_of(x); }
inline int __float_as_int(float x) { return (int)on_host::bits_of(x); }
inline float __uint_as_float(unsigned x) { return on_host::from_bits<float>(x); }
inline float __int_as_float(int x) { return on_host::from_bits<float>((unsigned)x); }
inline long long __double_as_longlong(double x) { return (long long)on_host::bits_of(x); }
inline double __longlong_as_double(long long x) { return on_host::from_bits<double>((uint64_t)x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
inline unsigned __brev(unsigned x) {
    unsigned y = 0;
    for (int i = 0; i < 32; i++) y |= (x >> i & 1) << (31 - i);
    return y;
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by) {
    return by & 31 ? high << (by & 31) | low >> (32 - (by & 31)) : high;
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) {
    return by & 31 ? low >> (by & 31) | high << (32 - (by & 31)) : low;
}
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
    uint64_t bytes = (uint64_t)b << 32 | a;
    unsigned out = 0;
    for (int i = 0; i < 4; i++) out |= (unsigned)(bytes >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return out;
}
