// How the threads of an elementwise launch share the elements of a nest: the loops of copies and of elementwise
// functions. The mirror of src/cuda/walk.rs.
#pragma once
#include "nest.cuh"
#include "vector.cuh"

constexpr u32 WALK_THREADS = 256;

enum Mapping : u32 {
    // A thread takes VECTOR neighbours along dim 0 at a time: a group. A line is dim 0, cut into groups.
    LINES,
    // A thread takes elements that are WALK_THREADS apart in the order of the nest.
    SINGLES,
    // A block takes a tile of dims 0 and 1; STAGED inputs pass through shared memory.
    TILES,
};

// How a group of one operand is read or written.
enum Access : u32 {
    // At once: dim 0 has stride 1 and all groups are aligned.
    WHOLE,
    // One by one along dim 0.
    STRIDED,
    // Dim 0 has stride 0: one element for the group.
    SPLAT,
    // One element for all.
    UNIFORM,
    // As UNIFORM, but the element is in the launch's parameters.
    VALUE,
    // From the tile in shared memory.
    STAGED,
    // Each element has a place of its own (SINGLES).
    SINGLE,
};

// N operands, the output last.
template <int N>
struct Walk {
    Nest<N> nest;
    void *base[N];  // of element [0, 0, …]
    u64 value[2];   // the bits of a VALUE operand; the bounds of clamp
    Access access[N];
    Mapping mapping;
    u32 turns;       // groups that a thread takes (LINES, TILES)
    u32 groups;      // LINES: in all
    Divisor across;  // LINES: groups of a line. TILES: tiles along dim 0
    Divisor along;   // TILES: tiles along dim 1
    u32 tile[2];     // TILES: log2 of a tile's sizes along dims 0 and 1; the latter at most 8
    u32 pitch;       // TILES: elements from one index along dim 0 to the next in shared memory
    u32 shared[N];   // TILES: where the operand's tile lies in shared memory, in bytes
};

template <class T>
HOST_DEVICE T from_bits(u64 bits) {
    T x;
    memcpy(&x, &bits, sizeof(T));
    return x;
}

// The tile of a block.
template <int N>
struct Tile {
    i64 at[N];    // its first element
    u32 left[2];  // elements along dims 0 and 1 from there on

    HOST_DEVICE void find(const Walk<N> &w) {
        const u32 above = w.across.divide(blockIdx.x), rest = w.along.divide(above);
        const u32 i0 = (blockIdx.x - above * w.across.divisor) << w.tile[0];
        const u32 i1 = (above - rest * w.along.divisor) << w.tile[1];
        left[0] = w.nest.size[0].divisor - i0;
        left[1] = w.nest.size[1].divisor - i1;
        w.nest.places(rest, at, 2);
#pragma unroll
        for (int k = 0; k < N; k++) at[k] += i0 * w.nest.stride[k][0] + i1 * w.nest.stride[k][1];
    }
};

// Where the elements of a group lie.
template <int N, int V>
struct Group {
    static constexpr int SINGLE_COUNT = V < 4 ? V : 4;
    i64 at[N][SINGLE_COUNT];  // LINES and TILES: [0] is the place of the first
    int count;                // how many of them there are; 0: nothing to do
    u32 shared;               // TILES: the first, in a tile in shared memory

    // The one group of this thread.
    HOST_DEVICE void find_single(const Walk<N> &w) {
        const u32 first = blockIdx.x * (WALK_THREADS * SINGLE_COUNT) + threadIdx.x;
        count = 0;
        if (first >= w.nest.count) return;
        const u32 left = (w.nest.count - first + WALK_THREADS - 1) / WALK_THREADS;
        count = left < SINGLE_COUNT ? (int)left : SINGLE_COUNT;
        u32 n[SINGLE_COUNT];
        // Beyond the end the first element again, so that loads need no condition.
#pragma unroll
        for (int i = 0; i < SINGLE_COUNT; i++) n[i] = i < count ? first + (u32)i * WALK_THREADS : first;
        w.nest.places_of(n, at);
    }

    // The turn'th group of this thread. Neighbouring threads go along dim 0, as the output lies.
    HOST_DEVICE void find_in_tile(const Walk<N> &w, const Tile<N> &tile, u32 turn) {
        const u32 q = turn * WALK_THREADS + threadIdx.x, wide = w.tile[0] - log2_of(V);
        const u32 i0 = (q & ((1u << wide) - 1)) * V, i1 = q >> wide;
        count = 0;
        if (i0 >= tile.left[0] || i1 >= tile.left[1]) return;
        count = tile.left[0] - i0 < V ? (int)(tile.left[0] - i0) : V;
        shared = i0 * w.pitch + i1;
#pragma unroll
        for (int k = 0; k < N; k++)
            at[k][0] = tile.at[k] + i0 * w.nest.stride[k][0] + i1 * w.nest.stride[k][1];
    }

    // Group number g of LINES.
    HOST_DEVICE void find_line(const Walk<N> &w, u32 g) {
        const u32 line = w.across.divide(g), i0 = (g - line * w.across.divisor) * V;
        const u32 left = w.nest.size[0].divisor - i0;
        count = left < V ? (int)left : V;
        i64 outer[N];
        w.nest.places(line, outer, 1);
#pragma unroll
        for (int k = 0; k < N; k++) at[k][0] = outer[k] + i0 * w.nest.stride[k][0];
    }
};

// Operand k's part of a group.
template <class T, int N, int V>
HOST_DEVICE void load_group(const Walk<N> &w, int k, const Group<N, V> &group, T (&x)[V]) {
    const T *base = static_cast<const T *>(w.base[k]);
    const Access access = w.access[k];
    if (access == WHOLE && group.count == V) {
        load_vector(base + group.at[k][0], x);
    } else if (access == SINGLE) {
#pragma unroll
        for (int i = 0; i < V; i++) x[i] = i < Group<N, V>::SINGLE_COUNT ? base[group.at[k][i]] : T{};
    } else if (access == STAGED) {
        DYNAMIC_SHARED(unsigned char, memory);
        const T *tile = reinterpret_cast<const T *>(memory + w.shared[k]) + group.shared;
#pragma unroll
        for (int i = 0; i < V; i++) x[i] = tile[(u32)i * w.pitch];
    } else if (access == WHOLE || access == STRIDED) {
        const i64 step = w.nest.stride[k][0];
        const T *from = base + group.at[k][0];
#pragma unroll
        for (int i = 0; i < V; i++) x[i] = i < group.count ? from[i * step] : T{};
    } else {
        T one = access == VALUE ? from_bits<T>(w.value[0]) : base[group.at[k][0]];
#pragma unroll
        for (int i = 0; i < V; i++) x[i] = one;
    }
}

template <class T, int N, int V>
HOST_DEVICE void store_group(const Walk<N> &w, const Group<N, V> &group, const T (&x)[V]) {
    T *base = static_cast<T *>(w.base[N - 1]);
    const Access access = w.access[N - 1];
    if (access == WHOLE && group.count == V) {
        store_vector(base + group.at[N - 1][0], x);
    } else if (access == SINGLE) {
#pragma unroll
        for (int i = 0; i < Group<N, V>::SINGLE_COUNT; i++)
            if (i < group.count) base[group.at[N - 1][i]] = x[i];
    } else {
        const i64 step = w.nest.stride[N - 1][0];
        T *to = base + group.at[N - 1][0];
#pragma unroll
        for (int i = 0; i < V; i++)
            if (i < group.count) to[i * step] = x[i];
    }
}

// A tile of one operand into shared memory, read along dim 1: element [i0, i1] goes to i0·pitch + i1.
// A tile has at most WALK_THREADS elements along dim 1, 2^log1. A function of its own, so that a module holds it once.
template <class T>
NOINLINE void stage(const T *from, T *to, i64 step0, i64 step1, u32 left0, u32 left1, u32 log1, u32 pitch) {
    constexpr int BATCH = sizeof(T) == 8 ? 8 : 16;  // loads in flight
    const u32 i1 = threadIdx.x & ((1u << log1) - 1), rows = WALK_THREADS >> log1;
    if (i1 >= left1) return;
    u32 i0 = threadIdx.x >> log1;
    from += i0 * step0 + i1 * step1;
    to += i0 * pitch + i1;
    const i64 from_step = rows * step0;
    const u32 to_step = rows * pitch;
    for (; i0 < left0; i0 += BATCH * rows) {
        T x[BATCH];
#pragma unroll
        for (int j = 0; j < BATCH; j++) {
            if (i0 + j * rows < left0) x[j] = *from;
            from += from_step;
        }
#pragma unroll
        for (int j = 0; j < BATCH; j++) {
            if (i0 + j * rows < left0) *to = x[j];
            to += to_step;
        }
    }
}

template <class T, int N>
HOST_DEVICE void stage_operand(const Walk<N> &w, const Tile<N> &tile, int k) {
    const i64 step0 = w.nest.stride[k][0], step1 = w.nest.stride[k][1];
    const u32 size0 = 1u << w.tile[0];
    DYNAMIC_SHARED(unsigned char, memory);
    stage<T>(static_cast<const T *>(w.base[k]) + tile.at[k], reinterpret_cast<T *>(memory + w.shared[k]), step0, step1,
             tile.left[0] < size0 ? tile.left[0] : size0, tile.left[1], w.tile[1], w.pitch);
}

// The inputs' parts of a group, from operand K on.
template <int N, int V, int K, class... In>
struct Lines {
    HOST_DEVICE void load(const Walk<N> &, const Group<N, V> &) {}
    template <int M>
    HOST_DEVICE void load_whole(const Walk<N> &, const i64 (&)[N][M], int) {}
    template <int M>
    HOST_DEVICE void load_splat(const Walk<N> &, const i64 (&)[N][M], int) {}
    HOST_DEVICE void load_one(const Walk<N> &, u32) {}
    HOST_DEVICE void shift() {}
    static HOST_DEVICE void stage_all(const Walk<N> &, const Tile<N> &) {}
};
template <int N, int V, int K, class T, class... In>
struct Lines<N, V, K, T, In...> {
    T x[V];
    Lines<N, V, K + 1, In...> rest;

    HOST_DEVICE void load(const Walk<N> &w, const Group<N, V> &group) {
        load_group(w, K, group, x);
        rest.load(w, group);
    }

    // What is WHOLE of the group that begins at at[…][u]. The input of a unary function is.
    template <int M>
    HOST_DEVICE void load_whole(const Walk<N> &w, const i64 (&at)[N][M], int u) {
        if (N == 2 || w.access[K] == WHOLE) load_vector(static_cast<const T *>(w.base[K]) + at[K][u], x);
        rest.load_whole(w, at, u);
    }

    // … and what is one element for the group; after the vectors, which are not to wait for it.
    template <int M>
    HOST_DEVICE void load_splat(const Walk<N> &w, const i64 (&at)[N][M], int u) {
        if (N > 2 && w.access[K] != WHOLE) {
            T one = w.access[K] == VALUE ? from_bits<T>(w.value[0]) : static_cast<const T *>(w.base[K])[at[K][u]];
#pragma unroll
            for (int i = 0; i < V; i++) x[i] = one;
        }
        rest.load_splat(w, at, u);
    }

    // Element number n where there is but one dim.
    HOST_DEVICE void load_one(const Walk<N> &w, u32 n) {
        const T *base = static_cast<const T *>(w.base[K]);
        x[0] = N > 2 && w.access[K] == VALUE ? from_bits<T>(w.value[0]) : base[n * w.nest.stride[K][0]];
#pragma unroll
        for (int i = 1; i < V; i++) x[i] = T{};
        rest.load_one(w, n);
    }

    // The second element becomes the first, and so on.
    HOST_DEVICE void shift() {
#pragma unroll
        for (int i = 0; i + 1 < V; i++) x[i] = x[i + 1];
        rest.shift();
    }

    static HOST_DEVICE void stage_all(const Walk<N> &w, const Tile<N> &tile) {
        if (w.access[K] == STAGED) stage_operand<T>(w, tile, K);
        Lines<N, V, K + 1, In...>::stage_all(w, tile);
    }
};

template <class... T>
HOST_DEVICE constexpr int largest() {
    int size = 0;
    ((size = (int)sizeof(T) > size ? (int)sizeof(T) : size), ...);
    return size;
}

// Elements of a group: as many as 16 bytes hold of the widest operand.
template <class... T>
constexpr int GROUP = 16 / largest<T...>();

// out[…] = f(lines, i), where element i of `lines` are the inputs' elements: LINES of whole groups, and an output that
// lies flat; where there is but one dim, also a rest of fewer elements than a group, for the last block.
// The code is small, so that every function can have a kernel of its own; a thread's groups are loaded all at once.
template <class Out, class... In, class F>
HOST_DEVICE void walk_lines(const Walk<sizeof...(In) + 1> &w, F f) {
    constexpr int N = sizeof...(In) + 1, V = GROUP<Out, In...>;
    constexpr int DEEP = N > 2 ? 2 : 4;  // groups of a thread at most, as src/cuda/walk.rs has it
    const u32 first = blockIdx.x * (w.turns * WALK_THREADS) + threadIdx.x, one = w.groups * V + threadIdx.x;
    const bool rest = first - threadIdx.x >= w.groups;
    Lines<N, V, 0, In...> ahead[DEEP];
    if (rest) {
        if (one >= w.nest.count) return;
        ahead[0].load_one(w, one);
    } else {
        u32 line[DEEP], i0[DEEP];
        i64 at[N][DEEP];
#pragma unroll
        for (int u = 0; u < DEEP; u++) {
            line[u] = w.across.divide(first + u * WALK_THREADS);
            i0[u] = (first + u * WALK_THREADS - line[u] * w.across.divisor) * V;
        }
        w.nest.places_of(line, at, 1);
#pragma unroll
        for (int u = 0; u < DEEP; u++)
#pragma unroll
            for (int k = 0; k < N - 1; k++) at[k][u] += w.access[k] == WHOLE ? i0[u] : 0;
#pragma unroll
        for (int u = 0; u < DEEP; u++)
            if ((u32)u < w.turns && first + u * WALK_THREADS < w.groups) ahead[u].load_whole(w, at, u);
#pragma unroll
        for (int u = 0; u < DEEP; u++)
            if ((u32)u < w.turns && first + u * WALK_THREADS < w.groups) ahead[u].load_splat(w, at, u);
    }
    Out *out = static_cast<Out *>(w.base[N - 1]);
#pragma unroll 1
    for (u32 turn = 0; turn < w.turns; turn++) {
        const u32 g = first + turn * WALK_THREADS;
        if (g >= w.groups && !rest) return;
        Out y[V];
#pragma unroll
        for (int i = 0; i < V; i++) y[i] = f(ahead[0], i);
        if (rest) {
            out[one] = y[0];
            return;
        }
        store_vector(out + (i64)g * V, y);
#pragma unroll
        for (int u = 0; u + 1 < DEEP; u++) ahead[u] = ahead[u + 1];
    }
}

// The same over any layouts, in groups of V.
// A ROLLED f, which is told its function at run time, does short functions for the whole group; a long one stands once
// in the kernel, f(lines) of the first element.
template <int V, class Out, class... In, class F>
HOST_DEVICE void walk_any(const Walk<sizeof...(In) + 1> &w, F f) {
    constexpr int N = sizeof...(In) + 1;
    Lines<N, V, 0, In...> lines;
    Tile<N> tile;
    if (w.mapping == TILES) {
        tile.find(w);
        lines.stage_all(w, tile);
        __syncthreads();
    }
#pragma unroll 1
    for (u32 turn = 0; turn < w.turns; turn++) {
        Group<N, V> group;
        if (w.mapping == TILES) {
            group.find_in_tile(w, tile, turn);
        } else if (w.mapping == SINGLES) {
            group.find_single(w);
        } else {
            const u32 g = (blockIdx.x * w.turns + turn) * WALK_THREADS + threadIdx.x;
            if (g >= w.groups) return;
            group.find_line(w, g);
        }
        if (group.count == 0) continue;
        lines.load(w, group);
        Out y[V];
        if constexpr (F::ROLLED) {
            if (!f.short_function(lines, y)) {
#pragma unroll 1
                for (int i = 0; i < V; i++) {
                    Out made = f(lines);
                    lines.shift();
#pragma unroll
                    for (int j = 0; j + 1 < V; j++) y[j] = y[j + 1];
                    y[V - 1] = made;
                }
            }
        } else {
#pragma unroll
            for (int i = 0; i < V; i++)
                if (i < Group<N, V>::SINGLE_COUNT || w.mapping != SINGLES) y[i] = f(lines, i);
        }
        store_group(w, group, y);
    }
}
