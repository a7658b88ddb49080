// Operands of any dtypes and layouts, arithmetic in one of the classes f32, f64, i64 and u64: what has no kernel of its
// own. The mirror of src/cuda/mixed.rs.
#pragma once
#include "nest.cuh"

constexpr u32 MIXED_THREADS = 256;
constexpr int MIXED_COUNT = 4;  // elements of a thread

// N operands, the output last.
template <int N>
struct Mixed {
    Nest<N> nest;
    void *base[N];   // of element [0, 0, …]
    u64 value[2];    // the bits, in the class, of the operand that is passed by value; the bounds of clamp
    i32 dtype[N];    // 0: passed by value
    i32 wrap[N];     // the integer dtype that the operand wraps to once it is in the class; 0: none
    i32 function;
    u32 common;      // the second input is one number for all
};

// The places of this thread's elements; how many there are.
template <int N>
HOST_DEVICE int mixed_places(const Nest<N> &nest, i64 (&at)[N][MIXED_COUNT]) {
    const u32 first = blockIdx.x * (MIXED_THREADS * MIXED_COUNT) + threadIdx.x;
    if (first >= nest.count) return 0;
    const u32 left = (nest.count - first + MIXED_THREADS - 1) / MIXED_THREADS;
    const int count = left < MIXED_COUNT ? (int)left : MIXED_COUNT;
    u32 n[MIXED_COUNT];
    // Beyond the end the first element again, so that loads need no condition.
#pragma unroll
    for (int i = 0; i < MIXED_COUNT; i++) n[i] = i < count ? first + (u32)i * MIXED_THREADS : first;
    nest.places_of(n, at);
    return count;
}

template <class T, class C, int M>
HOST_DEVICE void load_all(const void *base, const i64 (&at)[M], C (&x)[M]) {
    T raw[M];
#pragma unroll
    for (int i = 0; i < M; i++) raw[i] = static_cast<const T *>(base)[at[i]];
#pragma unroll
    for (int i = 0; i < M; i++) x[i] = convert<C>(raw[i]);
}

// As `load_as`, several elements at once.
template <class C, int M>
HOST_DEVICE void load_all_as(const void *base, const i64 (&at)[M], i32 dtype, C (&x)[M]) {
    switch (dtype) {
        case BOOL: return load_all<boolean>(base, at, x);
        case U8: return load_all<u8>(base, at, x);
        case U16: return load_all<u16>(base, at, x);
        case U32: return load_all<u32>(base, at, x);
        case U64: return load_all<u64>(base, at, x);
        case I8: return load_all<i8>(base, at, x);
        case I16: return load_all<i16>(base, at, x);
        case I32: return load_all<i32>(base, at, x);
        case I64: return load_all<i64>(base, at, x);
        case F16: return load_all<f16>(base, at, x);
        case BF16: return load_all<bf16>(base, at, x);
        case F32: return load_all<f32>(base, at, x);
        default: return load_all<f64>(base, at, x);
    }
}

template <class T, class C, int M>
HOST_DEVICE void store_all(void *base, const i64 (&at)[M], int count, const C (&x)[M]) {
#pragma unroll
    for (int i = 0; i < M; i++)
        if (i < count) static_cast<T *>(base)[at[i]] = convert<T>(x[i]);
}

// As `store_as`, the first `count` elements of several.
template <class C, int M>
HOST_DEVICE void store_all_as(void *base, const i64 (&at)[M], int count, i32 dtype, const C (&x)[M]) {
    switch (dtype) {
        case BOOL: return store_all<boolean>(base, at, count, x);
        case U8: return store_all<u8>(base, at, count, x);
        case U16: return store_all<u16>(base, at, count, x);
        case U32: return store_all<u32>(base, at, count, x);
        case U64: return store_all<u64>(base, at, count, x);
        case I8: return store_all<i8>(base, at, count, x);
        case I16: return store_all<i16>(base, at, count, x);
        case I32: return store_all<i32>(base, at, count, x);
        case I64: return store_all<i64>(base, at, count, x);
        case F16: return store_all<f16>(base, at, count, x);
        case BF16: return store_all<bf16>(base, at, count, x);
        case F32: return store_all<f32>(base, at, count, x);
        default: return store_all<f64>(base, at, count, x);
    }
}

// An integer of the class modulo the range of a smaller dtype.
template <class C>
HOST_DEVICE C wrapped(C x, i32 dtype) {
    if constexpr (is_float<C>::value) {
        return x;
    } else {
        switch (dtype) {
            case BOOL: return (C)(x != 0);
            case U8: return (C)(u8)x;
            case U16: return (C)(u16)x;
            case U32: return (C)(u32)x;
            case I8: return (C)(i8)x;
            case I16: return (C)(i16)x;
            case I32: return (C)(i32)x;
            default: return x;
        }
    }
}

// Operand k in the class.
template <int K, class C, int N>
HOST_DEVICE void load_operand(const Mixed<N> &m, const i64 (&at)[N][MIXED_COUNT], C (&x)[MIXED_COUNT]) {
    if (m.dtype[K] == 0) {
        C value;
        memcpy(&value, &m.value[0], sizeof(C));
#pragma unroll
        for (int i = 0; i < MIXED_COUNT; i++) x[i] = value;
    } else {
        load_all_as(m.base[K], at[K], m.dtype[K], x);
    }
    if (m.wrap[K] != 0) {
#pragma unroll
        for (int i = 0; i < MIXED_COUNT; i++) x[i] = wrapped(x[i], m.wrap[K]);
    }
}

// Brings the next element to the front, `made` to the end: a loop over it needs its body once.
template <class C>
HOST_DEVICE void shift(C (&x)[MIXED_COUNT], C made) {
#pragma unroll
    for (int i = 0; i + 1 < MIXED_COUNT; i++) x[i] = x[i + 1];
    x[MIXED_COUNT - 1] = made;
}
