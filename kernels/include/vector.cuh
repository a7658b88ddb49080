// Neighbours in memory that a thread loads or stores at once. As words: NVRTC takes structs of elements apart.
#pragma once
#include "types.cuh"

// The bytes that one thread loads or stores at once.
template <class T, int N>
struct alignas(sizeof(T) * N < 16 ? sizeof(T) * N : 16) Bytes {
    static_assert(sizeof(T) * N <= 16, "at most 16 bytes at once");
    static constexpr int WORDS = sizeof(T) * N / 4 < 1 ? 1 : sizeof(T) * N / 4;
    typedef typename Unsigned<(sizeof(T) * N < 4 ? sizeof(T) * N : 4)>::type Word;
    Word word[WORDS];
};

template <class T, int N>
HOST_DEVICE void load_vector(const T *from, T (&x)[N]) {
    Bytes<T, N> bytes = *reinterpret_cast<const Bytes<T, N> *>(from);
    memcpy(x, &bytes, sizeof(x));
}

template <class T, int N>
HOST_DEVICE void store_vector(T *to, const T (&x)[N]) {
    Bytes<T, N> bytes;
    memcpy(&bytes, x, sizeof(x));
    *reinterpret_cast<Bytes<T, N> *>(to) = bytes;
}

// As `store_vector` in global memory, where v was made in place: of that NVRTC makes several stores, words or not.
template <class T, int N>
HOST_DEVICE void store_whole(T *to, const Vec<T, N> &v) {
#ifdef TENDON_ON_HOST
    *reinterpret_cast<Vec<T, N> *>(to) = v;
#else
    constexpr int SIZE = sizeof(T) * N;
    static_assert(SIZE <= 16, "no store is wider");
    if constexpr (N == 1) {
        *to = v.at[0];
    } else if constexpr (SIZE <= 4) {
        typename Unsigned<SIZE>::type bits;
        memcpy(&bits, &v, SIZE);
        *reinterpret_cast<typename Unsigned<SIZE>::type *>(to) = bits;
    } else {
        u32 word[SIZE / 4];
        memcpy(word, &v, SIZE);
        u64 at = __cvta_generic_to_global(to);
        if constexpr (SIZE == 16)
            asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};"
                         :: "l"(at), "r"(word[0]), "r"(word[1]), "r"(word[2]), "r"(word[3]) : "memory");
        else
            asm volatile("st.global.v2.b32 [%0], {%1, %2};" :: "l"(at), "r"(word[0]), "r"(word[1]) : "memory");
    }
#endif
}
