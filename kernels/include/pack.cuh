// N elements that a thread works on at a time, moved 16 bytes at once.
#pragma once
#include "types.cuh"

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

    // As `load`.
    HOST_DEVICE void store(T *to) const {
#pragma unroll
        for (int k = 0; k < N; k += WIDTH) {
            Part part;
#pragma unroll
            for (int j = 0; j < WIDTH; j++) part.at[j] = at[k + j];
            *reinterpret_cast<Part *>(to + k) = part;
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
