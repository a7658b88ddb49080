// Folding many elements into one, for every output: the machinery of all reductions over dims.
//
//   outₒ = finish(join over r of x[o, r])
//
// Which thread takes which element, and in which order their results join, depends on sizes alone: the result is always
// the same. When the blocks of one output are several, each writes its part to memory, and the last one to do so joins
// the parts in the order of their numbers.
//
// A Fold says what is computed:
//   Number                             what elements are converted to
//   Acc                                what was gathered from some; copied as bytes
//   Acc none()                         from none
//   take<N, V>(Acc &a, x, count,       the first `count` of x[N] more (x may be changed);
//              at, step, each)         x[i] is number at + i/V·step + i%V·each, after those taken before
//   Acc join(Acc, Acc)
//   finish(Acc, i64 i)                 writes output i
//
// A Source says how elements are read:
//   VECTOR                             elements of a row that are loaded at once where they lie together; 1: never
//   UNITS                              vectors or elements of a row that a thread loads at a time
//   COLUMNS, ROWS                      columns that a thread has, and rows of them that it loads at a time
//   load<U, V>(x, at)                  U times V neighbours, from place at[u] on
//   u32 ahead(i64 at)                  elements from `at` to the next place where VECTOR of them are aligned
#pragma once
#include "block.cuh"
#include "nest.cuh"

// Threads of a block at most.
constexpr u32 FOLD_THREADS = 256;

// One launch. The mirror of src/cuda/fold.rs.
struct Folding {
    Nest<2> kept;     // the outputs: places in x and in the output. Columns of vectors: as many neighbours in one
    Nest<1> reduced;  // what is folded into each: places in x. Rows of vectors: as many neighbours in one
    i64 length;       // rows of vectors: not negative when a row is so many neighbours, wherever they begin
    i64 step;         // columns of vectors: from output to output within a vector
    i64 before;       // elements per output that other launches take, before those of this one
    u32 first;        // number of this launch's first split
    u32 splits;       // blocks per output, in all launches
    u32 share;        // of `reduced` for each block
    u32 shift;        // rows: 2^shift threads per output; columns: 2^shift (vectors of) outputs per block
    u32 vectors;      // whether VECTOR elements are loaded at once
    u32 reserved;
    void *parts;      // splits > 1: an Acc per split and output
    u32 *counters;    // splits > 1: a zero per block of outputs
};

// ---- sources ----

// Elements of type T.
template <class T>
struct Elements {
    const T *x;
    static constexpr int VECTOR = 16 / sizeof(T), UNITS = 4;
    static constexpr int COLUMNS = sizeof(T) < 8 ? 4 : 2, ROWS = sizeof(T) < 4 ? 8 : 4;

    template <int U, int V, class C>
    HOST_DEVICE void load(C (&into)[U * V], const i64 (&at)[U]) const {
        Vec<T, V> raw[U];
#pragma unroll
        for (int u = 0; u < U; u++) raw[u] = *reinterpret_cast<const Vec<T, V> *>(x + at[u]);
#pragma unroll
        for (int u = 0; u < U; u++)
#pragma unroll
            for (int v = 0; v < V; v++) into[u * V + v] = convert<C>(raw[u].at[v]);
    }

    HOST_DEVICE u32 ahead(i64 at) const {
        return (0u - (u32)(reinterpret_cast<u64>(x + at) / sizeof(T))) & (VECTOR - 1);
    }
};

// How bits are read as an integer.
struct IntegerType {
    u32 size;  // bytes of an element
    u32 sign;  // of up to 4 bytes: the bit that counts negative, or 0
    u32 most;  // of up to 4 bytes: larger ones are this; 1 for bools
    u32 reserved;
};

// Integers or bools of a dtype known at run time, as i64.
struct Integers {
    const void *x;
    IntegerType type;
    static constexpr int VECTOR = 4, UNITS = 4, COLUMNS = 4, ROWS = 4;

    template <int U, int V>
    HOST_DEVICE void load(i64 (&into)[U * V], const i64 (&at)[U]) const {
        u32 bits[U * V];
        switch (type.size) {
            case 1: Elements<u8>{(const u8 *)x}.template load<U, V>(bits, at); break;
            case 2: Elements<u16>{(const u16 *)x}.template load<U, V>(bits, at); break;
            case 4: Elements<u32>{(const u32 *)x}.template load<U, V>(bits, at); break;
            default: Elements<i64>{(const i64 *)x}.template load<U, V>(into, at); return;
        }
#pragma unroll
        for (int i = 0; i < U * V; i++) {
            u32 low = (min(bits[i], type.most) ^ type.sign) - type.sign;
            into[i] = type.sign ? (i64)(i32)low : (i64)low;
        }
    }

    HOST_DEVICE u32 ahead(i64 at) const {
        u64 element = reinterpret_cast<u64>(x) / type.size + (u64)at;
        return (0u - (u32)element) & (VECTOR - 1);
    }
};

// Elements of one byte, four at a time: number 4·i of a vector is what `of` makes of a word of them, the others are 0.
// Rows only.
template <class F>
struct Fours {
    const void *x;
    F of;
    static constexpr int VECTOR = 16, UNITS = 4;

    template <int U, int V>
    HOST_DEVICE void load(u32 (&into)[U * V], const i64 (&at)[U]) const {
        const u8 *bytes = (const u8 *)x;
        if constexpr (V == 1) {
#pragma unroll
            for (int u = 0; u < U; u++) into[u] = of.one(bytes[at[u]]);
        } else {
            Vec<u32, V / 4> raw[U];
#pragma unroll
            for (int u = 0; u < U; u++) raw[u] = *reinterpret_cast<const Vec<u32, V / 4> *>(bytes + at[u]);
#pragma unroll
            for (int u = 0; u < U; u++)
#pragma unroll
                for (int v = 0; v < V; v++) into[u * V + v] = v % 4 ? 0 : of.four(raw[u].at[v / 4]);
        }
    }

    HOST_DEVICE u32 ahead(i64 at) const { return (0u - (u32)(reinterpret_cast<u64>(x) + (u64)at)) & (VECTOR - 1); }
};

// Whether elements are not zero, as 0 or 1. `mask` has the bits that say so: all but the sign of floats.
struct Truths {
    const void *x;
    u32 size;
    u64 mask;
    static constexpr int VECTOR = 4, UNITS = 4, COLUMNS = 4, ROWS = 4;

    template <int U, int V, class T>
    HOST_DEVICE void load_bits(u32 (&into)[U * V], const i64 (&at)[U]) const {
        T bits[U * V];
        Elements<T>{(const T *)x}.template load<U, V>(bits, at);
#pragma unroll
        for (int i = 0; i < U * V; i++) into[i] = (bits[i] & (T)mask) != 0;
    }

    template <int U, int V>
    HOST_DEVICE void load(u32 (&into)[U * V], const i64 (&at)[U]) const {
        switch (size) {
            case 1: return load_bits<U, V, u8>(into, at);
            case 2: return load_bits<U, V, u16>(into, at);
            case 4: return load_bits<U, V, u32>(into, at);
            default: return load_bits<U, V, u64>(into, at);
        }
    }

    HOST_DEVICE u32 ahead(i64 at) const {
        u64 element = reinterpret_cast<u64>(x) / size + (u64)at;
        return (0u - (u32)element) & (VECTOR - 1);
    }
};

// Elements of any dtype, one after the other: for what nothing faster is made.
struct Anything {
    const void *x;
    i32 dtype;
    static constexpr int VECTOR = 1, UNITS = 1, COLUMNS = 1, ROWS = 1;

    template <int U, int V, class C>
    HOST_DEVICE void load(C (&into)[1], const i64 (&at)[1]) const {
        into[0] = load_as<C>(x, at[0], dtype);
    }
};

// ---- how a thread gathers ----

template <class F>
struct Join {
    const F &fold;

    template <class T>
    HOST_DEVICE T operator()(const T &a, const T &b) const {
        return fold.join(a, b);
    }
};

// ---- rows: neighbouring threads take neighbouring elements of one output ----

// How many of i, i + 2^shift, i + 2·2^shift, … are less than `end`, which i is; at most `most`.
HOST_DEVICE u32 remaining(u32 i, u32 end, u32 shift, u32 most) { return min(((end - 1 - i) >> shift) + 1, most); }

// Takes elements base … base + count − 1, of which a thread has every `by`-th from `from` on; the first is `number`.
template <class F, class S>
HOST_DEVICE void take_few(const F &fold, const S &source, typename F::Acc &a, i64 base, u32 count, u32 from, u32 by,
                          i64 number) {
#pragma unroll 1
    for (u32 i = from; i < count; i += by) {
        i64 at[1] = {base + i};
        typename F::Number x[1];
        source.template load<1, 1>(x, at);
        fold.template take<1, 1>(a, x, 1, number + i, 0, 0);
    }
}

// A block has blockDim.x >> shift outputs, blockIdx.x·… on; blockIdx.y is the split, with one output per block.
template <class F, class S>
HOST_DEVICE void fold_rows(const F &fold, const S &source, const Folding &f) {
    typedef typename F::Acc Acc;
    constexpr int V = S::VECTOR, U = S::UNITS;
    Join<F> join{fold};
    u32 threads = 1u << f.shift, from = threadIdx.x & (threads - 1);
    u32 o = blockIdx.x * (blockDim.x >> f.shift) + (threadIdx.x >> f.shift);
    bool mine = o < f.kept.count;
    Acc a = fold.none();
    if (mine) {
        i64 base[2];
        f.kept.places(o, base);
        bool vectors = V == 1 || f.vectors, run = V > 1 && vectors && f.length >= 0;
        u32 count = f.reduced.count, head = 0, tail = 0;
        if constexpr (V > 1) {
            if (run) {
                // A row that begins anywhere: a few elements, vectors, a few elements.
                head = (u32)min((i64)source.ahead(base[0]), f.length);
                count = (u32)((u64)(f.length - head) / V);
                tail = (u32)(f.length - head) - count * V;
            }
        }
        u32 begin = min(blockIdx.y * f.share, count), end = min(begin + f.share, count);
        if (head && blockIdx.y == 0) take_few(fold, source, a, base[0], head, from, threads, f.before);
        // By vectors, or by elements: U of them.
        u32 each = vectors ? V : 1;
#pragma unroll 1
        for (u32 i = begin + from; i < end; i += U << f.shift) {
            i64 at[1][U];
            u32 n[U];
            // Past the end the last one is loaded in place of those that are not there, and not taken.
#pragma unroll
            for (int u = 0; u < U; u++) n[u] = min(i + (u << f.shift), end - 1);
            if (run) {
#pragma unroll
                for (int u = 0; u < U; u++) at[0][u] = head + (i64)n[u] * V;
            } else {
                f.reduced.places_of(n, at);
            }
#pragma unroll
            for (int u = 0; u < U; u++) at[0][u] += base[0];
            typename F::Number x[U * V];
            if (vectors) {
                source.template load<U, V>(x, at[0]);
            } else if constexpr (V > 1) {
                typename F::Number one[U];
                source.template load<U, 1>(one, at[0]);
#pragma unroll
                for (int u = 0; u < U * V; u++) x[u] = u < U ? one[u] : 0;
            }
            fold.template take<U * V, V>(a, x, remaining(i, end, f.shift, U) * each,
                                         f.before + head + (i64)i * each, V << f.shift, vectors ? 1 : threads);
        }
        i64 last = f.length - tail;
        if (tail && blockIdx.y == gridDim.y - 1)
            take_few(fold, source, a, base[0] + last, tail, from, threads, f.before + last);
    }
    // Once for the share of this block, and in the last block once more for the shares of all.
#pragma unroll 1
    for (bool all = f.splits == 1;; all = true) {
        a = group_reduce(a, threads, join);
        if (all) break;
        Acc *parts = reinterpret_cast<Acc *>(f.parts) + (u64)o * f.splits;
        if (from == 0) parts[f.first + blockIdx.y] = a;
        if (!last_block(f.counters + blockIdx.x, f.splits)) return;
        a = fold.none();
#pragma unroll 1
        for (u32 s = from; s < f.splits; s += threads) a = fold.join(a, parts[s]);
    }
    if (!mine || from != 0) return;
    // Worked out anew: kept in registers all along, it would be two fewer for the work.
    i64 place[2];
    f.kept.places(o, place);
    fold.finish(a, place[1]);
}

// ---- columns: neighbouring threads take neighbouring outputs ----

// Joins what threads of equal threadIdx.x % width hold, in the order of their numbers; the first `width` get it.
template <class T, int V, class J>
HOST_DEVICE void join_rows(T (&a)[V], u32 width, J join) {
    constexpr u32 ROOM = FOLD_THREADS / 2;
    __shared__ __align__(16) unsigned char bytes[V * ROOM * sizeof(T)];
    T *parts = reinterpret_cast<T *>(bytes);
    u32 t = threadIdx.x;
#pragma unroll 1
    for (u32 half = blockDim.x / 2; half >= width; half /= 2) {
        __syncthreads();
        if (t >= half && t < 2 * half)
#pragma unroll
            for (int v = 0; v < V; v++) parts[v * ROOM + t - half] = a[v];
        __syncthreads();
        if (t < half)
#pragma unroll
            for (int v = 0; v < V; v++) a[v] = join(a[v], parts[v * ROOM + t]);
    }
}

// Each thread has V outputs: the neighbours of a vector, or every 2^shift-th. A block has V·2^shift of them,
// blockIdx.x·V·2^shift on; blockIdx.y is the split.
template <class F, class S>
HOST_DEVICE void fold_columns(const F &fold, const S &source, const Folding &f) {
    typedef typename F::Acc Acc;
    constexpr int V = S::COLUMNS, U = S::ROWS;
    Join<F> join{fold};
    u32 width = 1u << f.shift, row = threadIdx.x >> f.shift, log_rows = 31 - __clz(blockDim.x) - f.shift;
    bool vectors = S::VECTOR > 1 && f.vectors;
    // What the kept nest counts: vectors of outputs, or outputs.
    u32 first = blockIdx.x * (vectors ? width : V * width) + (threadIdx.x & (width - 1));
    bool mine = first < f.kept.count;
    i64 base[V];
    Acc a[V];
    auto places = [&](i64(&at)[2][V]) {
        u32 n[V];
#pragma unroll
        for (int v = 0; v < V; v++) n[v] = vectors ? first : min(first + v * width, f.kept.count - 1);
        f.kept.places_of(n, at);
    };
    {
        i64 at[2][V];
        places(at);
#pragma unroll
        for (int v = 0; v < V; v++) {
            base[v] = at[0][v] + (vectors ? v : 0);
            a[v] = fold.none();
        }
    }
    if (mine) {
        u32 begin = min(blockIdx.y * f.share, f.reduced.count), end = min(begin + f.share, f.reduced.count);
#pragma unroll 1
        for (u32 i = begin + row; i < end; i += U << log_rows) {
            typename F::Number x[U * V], column[U];
            i64 at[1][U];
            u32 n[U];
            // Past the end the last row is loaded in place of those that are not there, and not taken.
#pragma unroll
            for (int u = 0; u < U; u++) n[u] = min(i + (u << log_rows), end - 1);
            f.reduced.places_of(n, at);
            if (vectors) {
#pragma unroll
                for (int u = 0; u < U; u++) at[0][u] += base[0];
                if constexpr (S::VECTOR > 1) source.template load<U, V>(x, at[0]);
            } else {
                i64 each[U * V];
#pragma unroll
                for (int i = 0; i < U * V; i++) each[i] = at[0][i / V] + base[i % V];
                source.template load<U * V, 1>(x, each);
            }
            u32 count = remaining(i, end, log_rows, U);
#pragma unroll
            for (int v = 0; v < V; v++) {
#pragma unroll
                for (int u = 0; u < U; u++) column[u] = x[u * V + v];
                fold.template take<U, 1>(a[v], column, count, f.before + i, 1u << log_rows, 0);
            }
        }
    }
    // Once for the share of this block, and in the last block once more for the shares of all.
#pragma unroll 1
    for (bool all = f.splits == 1;; all = true) {
        join_rows(a, width, join);
        if (all) break;
        // By split, block of outputs, v, thread.
        Acc *parts = reinterpret_cast<Acc *>(f.parts) + (u64)blockIdx.x * V * width + (threadIdx.x & (width - 1));
        u64 step = (u64)gridDim.x * V * width;
        if (row == 0)
#pragma unroll
            for (int v = 0; v < V; v++) parts[(f.first + blockIdx.y) * step + v * width] = a[v];
        if (!last_block(f.counters + blockIdx.x, f.splits)) return;
#pragma unroll
        for (int v = 0; v < V; v++) a[v] = fold.none();
#pragma unroll 1
        for (u32 s = row; s < f.splits; s += 1u << log_rows)
#pragma unroll
            for (int v = 0; v < V; v++) a[v] = fold.join(a[v], parts[s * step + v * width]);
    }
    if (!mine || row != 0) return;
    i64 at[2][V];
    places(at);
#pragma unroll
    for (int v = 0; v < V; v++)
        if (vectors || first + v * width < f.kept.count) fold.finish(a[v], at[1][v] + (vectors ? v * f.step : 0));
}
