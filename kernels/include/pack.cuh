// N elements that a thread works on at a time, moved 16 bytes at once.
#pragma once
#include "vector.cuh"

template <class T, int N>
struct Pack {
    static constexpr int WIDTH = N * sizeof(T) < 16 ? N : 16 / sizeof(T);
    typedef Vec<T, WIDTH> Part;
    T at[N];

    // `from` is aligned to 16 bytes, or to N elements where these are less.
    HOST_DEVICE void load(const T *from) {
#pragma unroll
        for (int k = 0; k < N; k += WIDTH) {
            Part part = *reinterpret_cast<const Part *>(from + k);
#pragma unroll
            for (int j = 0; j < WIDTH; j++) at[k + j] = part.at[j];
        }
    }

    // As `load`, into global memory.
    HOST_DEVICE void store(T *to) const {
#pragma unroll
        for (int k = 0; k < N; k += WIDTH) {
            Part part;
#pragma unroll
            for (int j = 0; j < WIDTH; j++) part.at[j] = at[k + j];
            store_whole(to + k, part);
        }
    }

    // The first `n` elements, one by one, at any address.
    HOST_DEVICE void load_some(const T *from, i64 n) {
#pragma unroll
        for (int k = 0; k < N; k++)
            if (k < n) at[k] = from[k];
    }
    HOST_DEVICE void store_some(T *to, i64 n) const {
#pragma unroll
        for (int k = 0; k < N; k++)
            if (k < n) to[k] = at[k];
    }
};

// How many of i, i + by, …, i + (U − 1)·by are less than `units`.
template <int U>
HOST_DEVICE u32 left_by(i64 units, i64 i, i64 by) {
    u32 left = 0;
#pragma unroll
    for (int u = 0; u < U; u++) left += i + u * by < units;
    return left;
}

// U units of V neighbours as they lie in memory.
template <class T, int U, int V>
struct Units {
    Vec<T, V> at[U];

    // They are `stride` elements apart; only the first `left` are there.
    HOST_DEVICE void load(const T *p, i64 stride, u32 left) {
#pragma unroll
        for (u32 u = 0; u < U; u++) {
            at[u] = {};
            if (u < left) at[u] = *reinterpret_cast<const Vec<T, V> *>(p);
            p += stride;
        }
    }

    // Into shared memory, as `load`.
    HOST_DEVICE void stage(T *p, i64 stride, u32 left) const {
#pragma unroll
        for (u32 u = 0; u < U; u++) {
            if (u < left) *reinterpret_cast<Vec<T, V> *>(p) = at[u];
            p += stride;
        }
    }

    template <class C>
    HOST_DEVICE void numbers(C (&v)[U * V], u32 left, C missing) const {
#pragma unroll
        for (u32 u = 0; u < U; u++)
#pragma unroll
            for (int k = 0; k < V; k++) v[u * V + k] = u < left ? convert<C>(at[u].at[k]) : missing;
    }
};

// As `Units::load`, as numbers.
template <int U, int V, class T, class C>
HOST_DEVICE void load_units(C (&v)[U * V], const T *p, i64 stride, u32 left, C missing) {
    Units<T, U, V> units;
    units.load(p, stride, left);
    units.numbers(v, left, missing);
}

// Into global memory, as `Units::load`.
template <int U, int V, class T, class C>
HOST_DEVICE void store_units(T *p, i64 stride, u32 left, const C (&v)[U * V]) {
#pragma unroll
    for (u32 u = 0; u < U; u++) {
        Vec<T, V> some;
#pragma unroll
        for (int k = 0; k < V; k++) some.at[k] = convert<T>(v[u * V + k]);
        if (u < left) store_whole(p, some);
        p += stride;
    }
}
