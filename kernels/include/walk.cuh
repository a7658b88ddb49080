// How the threads of an elementwise launch share the elements of a nest: the loops of copies and of elementwise
// functions. The mirror of src/cuda/walk.rs.
#pragma once
#include "nest.cuh"

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
    u32 flat;        // LINES of one dim, where every operand is WHOLE or the same everywhere
    u32 groups;      // LINES: in all
    Divisor across;  // LINES: groups of a line. TILES: tiles along dim 0
    Divisor along;   // TILES: tiles along dim 1
    u32 tile[2];     // TILES: log2 of a tile's sizes along dims 0 and 1
    u32 pitch;       // TILES: elements from one index along dim 0 to the next in shared memory
    u32 shared[N];   // TILES: where the operand's tile lies in shared memory, in bytes
};

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

template <class T>
HOST_DEVICE T from_bits(u64 bits) {
    T x;
    memcpy(&x, &bits, sizeof(T));
    return x;
}

// Where the elements of a group lie.
template <int N, int V>
struct Group {
    static constexpr int SINGLE_COUNT = V < 4 ? V : 4;
    i64 at[N][SINGLE_COUNT];  // LINES and TILES: [0] is the place of the first
    int count;                // how many of them there are; 0: nothing to do
    u32 shared;               // TILES: the first, in a tile in shared memory

    // The turn'th group of this thread.
    HOST_DEVICE void find(const Walk<N> &w, u32 turn) {
        const u32 q = turn * WALK_THREADS + threadIdx.x;
        count = 0;
        if (w.mapping == SINGLES) {
            const u32 first = blockIdx.x * (WALK_THREADS * SINGLE_COUNT) + threadIdx.x;
            if (first >= w.nest.count) return;
            u32 left = (w.nest.count - first + WALK_THREADS - 1) / WALK_THREADS;
            count = left < SINGLE_COUNT ? (int)left : SINGLE_COUNT;
            u32 n[SINGLE_COUNT];
            // Beyond the end the first element again, so that loads need no condition.
#pragma unroll
            for (int i = 0; i < SINGLE_COUNT; i++) n[i] = i < count ? first + (u32)i * WALK_THREADS : first;
            w.nest.places_of(n, at);
            return;
        }
        u32 index[2] = {0, 0}, rest, left;
        int dims;
        if (w.mapping == LINES) {
            u32 g = blockIdx.x * (w.turns * WALK_THREADS) + q;
            if (g >= w.groups) return;
            rest = w.across.divide(g);
            index[0] = (g - rest * w.across.divisor) * V;
            left = w.nest.size[0].divisor - index[0];
            dims = 1;
            shared = 0;
        } else {
            // Neighbouring threads go along dim 0, as the output lies.
            const u32 wide = w.tile[0] - log2_of(V);
            u32 i0 = (q & ((1u << wide) - 1)) * V, i1 = q >> wide;
            u32 above = w.across.divide(blockIdx.x);
            rest = w.along.divide(above);
            index[0] = ((blockIdx.x - above * w.across.divisor) << w.tile[0]) + i0;
            index[1] = ((above - rest * w.along.divisor) << w.tile[1]) + i1;
            if (index[0] >= w.nest.size[0].divisor || index[1] >= w.nest.size[1].divisor) return;
            left = w.nest.size[0].divisor - index[0];
            dims = 2;
            shared = i0 * w.pitch + i1;
        }
        count = left < V ? (int)left : V;
        i64 outer[N];
        w.nest.places(rest, outer, dims);
#pragma unroll
        for (int k = 0; k < N; k++)
            at[k][0] = outer[k] + index[0] * w.nest.stride[k][0] + (dims == 2 ? index[1] * w.nest.stride[k][1] : 0);
    }

    // Group number g of LINES.
    HOST_DEVICE void find_line(const Walk<N> &w, u32 g) {
        u32 line = w.across.divide(g), i0 = (g - line * w.across.divisor) * V;
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
// A function of its own, so that a module holds it once.
template <class T>
NOINLINE void stage(const T *from, T *to, i64 step0, i64 step1, u32 left0, u32 left1, u32 log1, u32 pitch, u32 count) {
    constexpr int BATCH = 8;  // loads in flight
    for (u32 first = threadIdx.x; first < count; first += BATCH * WALK_THREADS) {
        T x[BATCH];
#pragma unroll
        for (int j = 0; j < BATCH; j++) {
            u32 n = first + j * WALK_THREADS, i0 = n >> log1, i1 = n & ((1u << log1) - 1);
            if (i0 < left0 && i1 < left1) x[j] = from[i0 * step0 + i1 * step1];
        }
#pragma unroll
        for (int j = 0; j < BATCH; j++) {
            u32 n = first + j * WALK_THREADS, i0 = n >> log1, i1 = n & ((1u << log1) - 1);
            if (i0 < left0 && i1 < left1) to[i0 * pitch + i1] = x[j];
        }
    }
}

template <class T, int N>
HOST_DEVICE void stage_operand(const Walk<N> &w, int k) {
    u32 above = w.across.divide(blockIdx.x), rest = w.along.divide(above);
    u32 i0 = (blockIdx.x - above * w.across.divisor) << w.tile[0];
    u32 i1 = (above - rest * w.along.divisor) << w.tile[1];
    i64 outer[N];
    w.nest.places(rest, outer, 2);
    const i64 step0 = w.nest.stride[k][0], step1 = w.nest.stride[k][1];
    DYNAMIC_SHARED(unsigned char, memory);
    stage<T>(static_cast<const T *>(w.base[k]) + (outer[k] + i0 * step0 + i1 * step1),
             reinterpret_cast<T *>(memory + w.shared[k]), step0, step1, w.nest.size[0].divisor - i0,
             w.nest.size[1].divisor - i1, w.tile[1], w.pitch, 1u << (w.tile[0] + w.tile[1]));
}

// The inputs' parts of a group, from operand K on.
template <bool ANY, int N, int V, int K, class... In>
struct Lines {
    HOST_DEVICE void load(const Walk<N> &, const Group<N, V> &) {}
    HOST_DEVICE void load_line(const Walk<N> &, const Group<N, V> &) {}
    HOST_DEVICE void load_flat(const Walk<N> &, u32) {}
    HOST_DEVICE void load_constants(const Walk<N> &) {}
    HOST_DEVICE void load_one(const Walk<N> &, u32) {}
    HOST_DEVICE void shift() {}
    static HOST_DEVICE void stage_all(const Walk<N> &) {}
};
template <bool ANY, int N, int V, int K, class T, class... In>
struct Lines<ANY, N, V, K, T, In...> {
    // The input of a unary function is WHOLE, unless the walk is of ANY kind.
    static constexpr bool ALONE = !ANY && N == 2;
    T x[V];
    Lines<ANY, N, V, K + 1, In...> rest;

    HOST_DEVICE void load(const Walk<N> &w, const Group<N, V> &group) {
        load_group(w, K, group, x);
        rest.load(w, group);
    }

    // Where nothing is STRIDED, STAGED or cut off.
    HOST_DEVICE void load_from(const Walk<N> &w, i64 at) {
        const T *base = static_cast<const T *>(w.base[K]);
        if (ALONE || w.access[K] == WHOLE) {
            load_vector(base + at, x);
        } else {
            T one = w.access[K] == VALUE ? from_bits<T>(w.value[0]) : base[at];
#pragma unroll
            for (int i = 0; i < V; i++) x[i] = one;
        }
    }

    HOST_DEVICE void load_line(const Walk<N> &w, const Group<N, V> &group) {
        load_from(w, group.at[K][0]);
        rest.load_line(w, group);
    }

    // Group number g of a flat walk: what is WHOLE.
    HOST_DEVICE void load_flat(const Walk<N> &w, u32 g) {
        if (ALONE || w.access[K] == WHOLE) load_vector(static_cast<const T *>(w.base[K]) + (i64)g * V, x);
        rest.load_flat(w, g);
    }

    // … and what is the same everywhere; after all vectors, which are not to wait for it.
    HOST_DEVICE void load_constants(const Walk<N> &w) {
        if (!ALONE && w.access[K] != WHOLE) load_from(w, 0);
        rest.load_constants(w);
    }

    // Element number n of a flat walk.
    HOST_DEVICE void load_one(const Walk<N> &w, u32 n) {
        const T *base = static_cast<const T *>(w.base[K]);
        x[0] = !ALONE && w.access[K] == VALUE ? from_bits<T>(w.value[0]) : base[ALONE || w.access[K] == WHOLE ? n : 0];
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

    static HOST_DEVICE void stage_all(const Walk<N> &w) {
        if (w.access[K] == STAGED) stage_operand<T>(w, K);
        Lines<ANY, N, V, K + 1, In...>::stage_all(w);
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

// out[…] = f(lines, i), where element i of `lines` are the inputs' elements. Every elementwise kernel is this.
// Without ANY the launch is LINES of whole groups with an output that lies flat (and, if all is flat, a rest of fewer
// elements than a group); that code is small, so that every function can have a kernel of its own.
// A ROLLED f stands once in the kernel, not once for each element of a group.
template <bool ANY, int V, class Out, class... In, class F>
HOST_DEVICE void walk(const Walk<sizeof...(In) + 1> &w, F f) {
    constexpr int N = sizeof...(In) + 1;
    constexpr int DEEP = N == 2 ? 4 : 2;  // groups in flight of a flat walk, as src/cuda/walk.rs has it
    typedef Lines<ANY, N, V, 0, In...> Inputs;
    if constexpr (ANY) {
        if (w.mapping == TILES) {
            Inputs::stage_all(w);
            __syncthreads();
        }
    }
    const u32 first = blockIdx.x * (w.turns * WALK_THREADS) + threadIdx.x;
    // Blocks without an end or a gap in them load all their groups first.
    const bool whole = w.flat && (blockIdx.x + 1) * (DEEP * WALK_THREADS * V) <= w.nest.count;
    Inputs ahead[DEEP];
    if (whole) {
#pragma unroll
        for (int u = 0; u < DEEP; u++) ahead[u].load_flat(w, first + u * WALK_THREADS);
#pragma unroll
        for (int u = 0; u < DEEP; u++) ahead[u].load_constants(w);
    }
#pragma unroll 1
    for (u32 turn = 0; turn < w.turns; turn++) {
        const u32 g = first + turn * WALK_THREADS;
        Group<N, V> group;
        group.count = V;
        if (!whole) {
            if constexpr (ANY) {
                group.find(w, turn);
                if (group.count == 0) continue;
                ahead[0].load(w, group);
            } else if (g < w.groups) {
                group.find_line(w, g);
                ahead[0].load_line(w, group);
            } else {
                // The rest, one element a thread.
                u32 n = w.groups * V + (g - w.groups);
                if (n >= w.nest.count) break;
                ahead[0].load_one(w, n);
                group.count = 1;
            }
        }
        Out y[V];
        if constexpr (F::ROLLED) {
#pragma unroll 1
            for (int i = 0; i < V; i++) {
                Out one = f(ahead[0], 0);
                ahead[0].shift();
#pragma unroll
                for (int j = 0; j + 1 < V; j++) y[j] = y[j + 1];
                y[V - 1] = one;
            }
        } else {
#pragma unroll
            for (int i = 0; i < V; i++)
                if (!ANY || i < Group<N, V>::SINGLE_COUNT || w.mapping != SINGLES) y[i] = f(ahead[0], i);
        }
        Out *out = static_cast<Out *>(w.base[N - 1]);
        if (!ANY && group.count == 1) {
            out[w.groups * V + (g - w.groups)] = y[0];
        } else if (!ANY || whole) {
            store_vector(out + (i64)g * V, y);
        } else {
            store_group(w, group, y);
        }
#pragma unroll
        for (int u = 0; u + 1 < DEEP; u++) ahead[u] = ahead[u + 1];
    }
}
