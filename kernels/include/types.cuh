// What every kernel file starts from: element types, conversions, how a kernel is declared.
// Needs no CUDA header, so that NVRTC, nvcc and a host compiler (TENDON_ON_HOST, see tests/cuda/host) take one source.
#pragma once
#ifdef TENDON_ON_HOST
#include "cuda_on_host.h"
#define KERNEL_BLOCKS(max_threads, blocks, name, ...) KERNEL(max_threads, name, __VA_ARGS__)
#else
#define HOST_DEVICE __device__ __forceinline__
// A function that a module holds once, however many kernels call it.
#define NOINLINE __device__ __noinline__
// KERNEL(threads a block has at most, name, parameters…) { body }
#define KERNEL(max_threads, name, ...) extern "C" __global__ void __launch_bounds__(max_threads) name(__VA_ARGS__)
// The same; the compiler saves registers so that a multiprocessor holds `blocks` of them at a time.
#define KERNEL_BLOCKS(max_threads, blocks, name, ...) \
    extern "C" __global__ void __launch_bounds__(max_threads, blocks) name(__VA_ARGS__)
// `name` points to the launch's dynamic shared memory, 128-byte aligned.
#define DYNAMIC_SHARED(T, name)                              \
    extern __shared__ __align__(128) unsigned char shared_bytes[]; \
    T *name = reinterpret_cast<T *>(shared_bytes)
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef float f32;
typedef double f64;

// One byte, read as "not 0".
struct boolean {
    u8 byte;
};
struct f16 {
    u16 bits;
};
struct bf16 {
    u16 bits;
};

// The numbers of TENSOR_DTYPE_*.
enum DType : i32 {
    BOOL = 1, U8 = 2, U16 = 3, U32 = 4, U64 = 5, I8 = 6, I16 = 7, I32 = 8, I64 = 9, F16 = 10, BF16 = 11, F32 = 12, F64 = 13,
};

HOST_DEVICE u32 bits_of(f32 x) {
#ifdef TENDON_ON_HOST
    u32 bits;
    memcpy(&bits, &x, 4);
    return bits;
#else
    return __float_as_uint(x);
#endif
}

HOST_DEVICE f32 f32_from_bits(u32 bits) {
#ifdef TENDON_ON_HOST
    f32 x;
    memcpy(&x, &bits, 4);
    return x;
#else
    return __uint_as_float(bits);
#endif
}

HOST_DEVICE f32 f16_to_f32(f16 h) {
#ifdef TENDON_ON_HOST
    u32 rest = (u32)(h.bits & 0x7fff) << 13;
    u32 finite = bits_of(f32_from_bits(rest) * f32_from_bits(0x77800000));
    return f32_from_bits((rest >= 0x7c00u << 13 ? rest | 0x7f800000 : finite) | (u32)(h.bits & 0x8000) << 16);
#else
    f32 x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h.bits));
    return x;
#endif
}

// To nearest, halves to even; NaN stays NaN.
HOST_DEVICE f16 f32_to_f16(f32 x) {
    f16 h;
#ifdef TENDON_ON_HOST
    u32 bits = bits_of(x), sign = bits >> 16 & 0x8000, a = bits & 0x7fffffff;
    u32 y = a < 0x38800000 ? bits_of(f32_from_bits(a) + 0.5f) - 0x3f000000 : (a + 0xc8000fff + (a >> 13 & 1)) >> 13;
    if (a >= 0x47800000) y = a > 0x7f800000 ? 0x7fff : 0x7c00;
    h.bits = (u16)(sign | y);
#else
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h.bits) : "f"(x));
#endif
    return h;
}

HOST_DEVICE f32 bf16_to_f32(bf16 b) { return f32_from_bits((u32)b.bits << 16); }

// To nearest, halves to even; NaN stays NaN. One instruction in modules for sm_80 and later, several in others.
HOST_DEVICE bf16 f32_to_bf16(f32 x) {
    bf16 b;
#if !defined(TENDON_ON_HOST) && __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(b.bits) : "f"(x));
#else
    u32 bits = bits_of(x);
    b.bits = (u16)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
    return b;
}

// ---- conversions: `convert<To>(x)` for every pair of element types ----
// As a C cast, without its undefined cases: floats to integers truncate and saturate (NaN gives 0), integers wrap,
// "not 0" makes a bool; f16 and bf16 go through f32.

template <class T>
struct is_float { static constexpr bool value = false; };
template <> struct is_float<f32> { static constexpr bool value = true; };
template <> struct is_float<f64> { static constexpr bool value = true; };

template <class I>
struct limits;
template <> struct limits<u8> { static constexpr u8 low = 0, high = 0xff; };
template <> struct limits<u16> { static constexpr u16 low = 0, high = 0xffff; };
template <> struct limits<u32> { static constexpr u32 low = 0, high = 0xffffffff; };
template <> struct limits<u64> { static constexpr u64 low = 0, high = 0xffffffffffffffffull; };
template <> struct limits<i8> { static constexpr i8 low = -128, high = 127; };
template <> struct limits<i16> { static constexpr i16 low = -32768, high = 32767; };
template <> struct limits<i32> { static constexpr i32 low = -2147483647 - 1, high = 2147483647; };
template <> struct limits<i64> { static constexpr i64 low = -9223372036854775807ll - 1, high = 9223372036854775807ll; };

// From a C++ arithmetic type to another.
template <class To, class From>
HOST_DEVICE To convert_number(From x) {
    if constexpr (is_float<From>::value && !is_float<To>::value) {
        if (!(x == x)) return 0;
        // The bounds as floats round outwards, so that what lies strictly between them fits.
        if (x <= (From)limits<To>::low) return limits<To>::low;
        if (x >= (From)limits<To>::high) return limits<To>::high;
        return (To)x;
    } else {
        return (To)x;
    }
}

template <class To, class From>
struct Convert {
    static HOST_DEVICE To run(From x) { return convert_number<To>(x); }
};
template <class To> struct Convert<To, f16> {
    static HOST_DEVICE To run(f16 x) { return Convert<To, f32>::run(f16_to_f32(x)); }
};
template <class To> struct Convert<To, bf16> {
    static HOST_DEVICE To run(bf16 x) { return Convert<To, f32>::run(bf16_to_f32(x)); }
};
template <class To> struct Convert<To, boolean> {
    static HOST_DEVICE To run(boolean x) { return Convert<To, u8>::run(x.byte != 0); }
};
template <class From> struct Convert<f16, From> {
    static HOST_DEVICE f16 run(From x) { return f32_to_f16((f32)x); }
};
// Rounded once, not through f32.
template <> struct Convert<f16, f64> {
    static HOST_DEVICE f16 run(f64 x) {
        f32 y = (f32)x;
        // Rounding to odd first makes the second rounding see what the first lost.
        if ((f64)y != x && y == y && !(bits_of(y) & 1)) {
            bool away = (x > 0) == ((f64)y < x);
            if ((bits_of(y) & 0x7fffffff) < 0x7f800000) y = f32_from_bits(away ? bits_of(y) + 1 : bits_of(y) - 1);
        }
        return f32_to_f16(y);
    }
};
template <> struct Convert<f16, f16> { static HOST_DEVICE f16 run(f16 x) { return x; } };
template <> struct Convert<f16, bf16> { static HOST_DEVICE f16 run(bf16 x) { return f32_to_f16(bf16_to_f32(x)); } };
template <> struct Convert<f16, boolean> { static HOST_DEVICE f16 run(boolean x) { return f32_to_f16(x.byte != 0); } };
template <class From> struct Convert<bf16, From> {
    static HOST_DEVICE bf16 run(From x) { return f32_to_bf16((f32)x); }
};
template <> struct Convert<bf16, f64> {
    static HOST_DEVICE bf16 run(f64 x) {
        f32 y = (f32)x;
        if ((f64)y != x && y == y && !(bits_of(y) & 1)) {
            bool away = (x > 0) == ((f64)y < x);
            if ((bits_of(y) & 0x7fffffff) < 0x7f800000) y = f32_from_bits(away ? bits_of(y) + 1 : bits_of(y) - 1);
        }
        return f32_to_bf16(y);
    }
};
template <> struct Convert<bf16, bf16> { static HOST_DEVICE bf16 run(bf16 x) { return x; } };
template <> struct Convert<bf16, f16> { static HOST_DEVICE bf16 run(f16 x) { return f32_to_bf16(f16_to_f32(x)); } };
template <> struct Convert<bf16, boolean> { static HOST_DEVICE bf16 run(boolean x) { return f32_to_bf16(x.byte != 0); } };
template <class From> struct Convert<boolean, From> {
    static HOST_DEVICE boolean run(From x) { return boolean{(u8)(x != 0)}; }
};
template <> struct Convert<boolean, f16> { static HOST_DEVICE boolean run(f16 x) { return boolean{(u8)((x.bits & 0x7fff) != 0)}; } };
template <> struct Convert<boolean, bf16> { static HOST_DEVICE boolean run(bf16 x) { return boolean{(u8)((x.bits & 0x7fff) != 0)}; } };
template <> struct Convert<boolean, boolean> { static HOST_DEVICE boolean run(boolean x) { return boolean{(u8)(x.byte != 0)}; } };

template <class To, class From>
HOST_DEVICE To convert(From x) {
    return Convert<To, From>::run(x);
}

// The type that arithmetic on T works in: f16 and bf16 compute in f32 and round once.
template <class T> struct Compute { typedef T type; };
template <> struct Compute<f16> { typedef f32 type; };
template <> struct Compute<bf16> { typedef f32 type; };

// The unsigned integer of a size in bytes.
template <int SIZE> struct Unsigned;
template <> struct Unsigned<1> { typedef u8 type; };
template <> struct Unsigned<2> { typedef u16 type; };
template <> struct Unsigned<4> { typedef u32 type; };
template <> struct Unsigned<8> { typedef u64 type; };

HOST_DEVICE constexpr u32 log2_of(u32 n) { return n < 2 ? 0 : 1 + log2_of(n / 2); }

// N elements that are loaded and stored at once.
template <class T, int N>
struct alignas(sizeof(T) * N) Vec {
    T at[N];
};

// Element `i` of memory of a dtype known at run time, as C.
template <class C>
HOST_DEVICE C load_as(const void *p, i64 i, i32 dtype) {
    switch (dtype) {
        case BOOL: return convert<C>(((const boolean *)p)[i]);
        case U8: return convert<C>(((const u8 *)p)[i]);
        case U16: return convert<C>(((const u16 *)p)[i]);
        case U32: return convert<C>(((const u32 *)p)[i]);
        case U64: return convert<C>(((const u64 *)p)[i]);
        case I8: return convert<C>(((const i8 *)p)[i]);
        case I16: return convert<C>(((const i16 *)p)[i]);
        case I32: return convert<C>(((const i32 *)p)[i]);
        case I64: return convert<C>(((const i64 *)p)[i]);
        case F16: return convert<C>(((const f16 *)p)[i]);
        case BF16: return convert<C>(((const bf16 *)p)[i]);
        case F32: return convert<C>(((const f32 *)p)[i]);
        default: return convert<C>(((const f64 *)p)[i]);
    }
}

// Stores `x` as element `i` of memory of a dtype known at run time.
template <class C>
HOST_DEVICE void store_as(void *p, i64 i, i32 dtype, C x) {
    switch (dtype) {
        case BOOL: ((boolean *)p)[i] = convert<boolean>(x); break;
        case U8: ((u8 *)p)[i] = convert<u8>(x); break;
        case U16: ((u16 *)p)[i] = convert<u16>(x); break;
        case U32: ((u32 *)p)[i] = convert<u32>(x); break;
        case U64: ((u64 *)p)[i] = convert<u64>(x); break;
        case I8: ((i8 *)p)[i] = convert<i8>(x); break;
        case I16: ((i16 *)p)[i] = convert<i16>(x); break;
        case I32: ((i32 *)p)[i] = convert<i32>(x); break;
        case I64: ((i64 *)p)[i] = convert<i64>(x); break;
        case F16: ((f16 *)p)[i] = convert<f16>(x); break;
        case BF16: ((bf16 *)p)[i] = convert<bf16>(x); break;
        case F32: ((f32 *)p)[i] = convert<f32>(x); break;
        default: ((f64 *)p)[i] = convert<f64>(x); break;
    }
}
