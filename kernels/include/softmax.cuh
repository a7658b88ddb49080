// Softmax and its logarithm along one dim, and their gradients.
//
//   softmax      yᵢ = exp(xᵢ − m) / s        with m = max x and s = Σⱼ exp(xⱼ − m)
//   log_softmax  yᵢ = xᵢ − m − log s
//   backward     y·(g − Σⱼ gⱼ·yⱼ);  of the logarithm: g − exp(y)·Σⱼ gⱼ
//
// f16 and bf16 are computed in f32 and rounded once. A row with a NaN or +∞, or of −∞ only, is NaN.
// Forms: rows in registers, some threads for each; long rows, a block for each; columns, where neighbours in memory
// belong to different rows. Where these would be few blocks, many share the rows: first what belongs to a row is folded
// from all of it, then a pass over the elements uses it.
#pragma once
#include "block.cuh"
#include "exponential.cuh"
#include "nest.cuh"
#include "pack.cuh"
#include "reduce.cuh"

// K operands, the output last. The mirror of src/cuda/softmax.rs.
template <int K>
struct Softmax {
    Nest<K> kept;  // the rows: places of their first elements
    i64 length;    // of a row
    i64 step[K];   // from element to element of a row
    u32 shift;     // rows in registers: 2^shift threads for each; columns: 2^shift of them in a block
    u32 vectors;   // rows: whether they lie dense, and the same way to multiples of 16 bytes in every operand
    u32 log;
    u32 staged;    // long rows: whether dynamic shared memory has room for what is read twice
};

template <class C>
HOST_DEVICE C add(C a, C b) {
    return a + b;
}

// The result is v·scale + offset, with v = exp(x − m), or x − m for the logarithm.
template <class C>
struct Finish {
    C scale, offset;
    HOST_DEVICE Finish(C sum, bool log) : scale(log ? C(1) : C(1) / sum), offset(log ? -logarithm(sum) : C(0)) {}
    HOST_DEVICE C operator()(C v) const { return v * scale + offset; }
};

// v becomes exp(v − m), or v − m for the logarithm; returns Σ exp(v − m).
template <int N, class C>
HOST_DEVICE C exponentials(C (&v)[N], C m, bool log) {
    C e[N];
#pragma unroll
    for (int k = 0; k < N; k++) {
        v[k] -= m;
        e[k] = exponential(v[k]);
        v[k] = log ? v[k] : e[k];
    }
    return tournament<Sum<C>, N>(e);
}

// a becomes the result; `a` is g, and b is y.
template <int N, class C>
HOST_DEVICE void gradient(C (&a)[N], const C (&b)[N], C total, bool log) {
    if (log) {
#pragma unroll
        for (int k = 0; k < N; k++) a[k] -= exponential(b[k]) * total;
    } else {
#pragma unroll
        for (int k = 0; k < N; k++) a[k] = b[k] * (a[k] - total);
    }
}

// Σ g·y, or Σ g for the logarithm.
template <int N, class C>
HOST_DEVICE C gradient_sum(const C (&g)[N], const C (&y)[N], bool log) {
    C terms[N];
#pragma unroll
    for (int k = 0; k < N; k++) terms[k] = log ? g[k] : g[k] * y[k];
    return tournament<Sum<C>, N>(terms);
}

// Numbers of a thread at a time: few for short rows, many for longer ones that stay in registers.
template <class T>
struct Numbers {
    static constexpr int FEW = 32 / sizeof(typename Compute<T>::type), MANY = 4 * FEW;
    // Between them, where the code of exp in f64 does not grow too large.
    static constexpr int SOME = sizeof(T) < 8 ? 2 * FEW : FEW;
};

// ---- loads and stores ----

// How many of i, i + 2^shift, i + 2·2^shift, … are less than `units`.
HOST_DEVICE u32 left_of(i64 units, i64 i, u32 shift) {
    return i < units ? (u32)min((units - 1 - i) >> shift, (i64)1 << 20) + 1 : 0;
}

// A dense row by vectors: some elements, vectors from the first aligned place on, some elements. Of those at the ends
// each thread has at most one, number `extra` if it is not negative; the threads of a row are enough for that.
template <class T>
struct Ragged {
    static constexpr u32 V = 16 / sizeof(T);
    i64 head, units, extra;

    HOST_DEVICE Ragged(const T *x, i64 length, u32 from) {
        u32 ahead = (0u - (u32)(reinterpret_cast<u64>(x) / sizeof(T))) & (V - 1);
        head = min((i64)ahead, length);
        units = (length - head) / V;
        i64 ends = length - units * V;
        extra = from >= ends ? -1 : from < head ? from : from + units * V;
    }
};

// ---- rows in registers ----

// N numbers of each thread, 2^shift threads per row: rows of up to N·2^shift elements.
template <class T, int N>
struct InRegisters {
    typedef typename Compute<T>::type C;
    static constexpr int V = Ragged<T>::V, U = N / V;
    i64 length;
    u32 from, shift;
    bool vectors;
    Ragged<T> ragged;  // as the first operand lies

    template <int K>
    HOST_DEVICE InRegisters(const Softmax<K> &s, const T *first, bool mine)
        : length(mine ? s.length : 0), from(threadIdx.x & ((1u << s.shift) - 1)), shift(s.shift), vectors(s.vectors),
          ragged(first, length, from) {}

    // K rows that lie alike, as far as vectors need it: all of them are on their way before the first is looked at.
    template <int K>
    HOST_DEVICE void load(C (&v)[K][N], C (&extra)[K][1], const T *const (&x)[K], const i64 *step, C missing) const {
#pragma unroll
        for (int k = 0; k < K; k++) extra[k][0] = missing;
        if (vectors) {
            Units<T, U, V> units[K];
            T at_end[K] = {};
            u32 left = left_of(ragged.units, from, shift);
#pragma unroll
            for (int k = 0; k < K; k++) {
                units[k].load(x[k] + ragged.head + from * V, (i64)V << shift, left);
                if (ragged.extra >= 0) at_end[k] = x[k][ragged.extra];
            }
#pragma unroll
            for (int k = 0; k < K; k++) {
                units[k].numbers(v[k], left, missing);
                if (ragged.extra >= 0) extra[k][0] = convert<C>(at_end[k]);
            }
        } else {
            Units<T, N, 1> units[K];
            u32 left = left_of(length, from, shift);
#pragma unroll
            for (int k = 0; k < K; k++) units[k].load(x[k] + from * step[k], step[k] << shift, left);
#pragma unroll
            for (int k = 0; k < K; k++) units[k].numbers(v[k], left, missing);
        }
    }

    HOST_DEVICE void store(T *out, i64 step, const C (&v)[N], C extra) const {
        if (vectors) {
            store_units<U, V>(out + ragged.head + from * V, (i64)V << shift, left_of(ragged.units, from, shift), v);
            if (ragged.extra >= 0) out[ragged.extra] = convert<T>(extra);
        } else {
            store_units<N, 1>(out + from * step, step << shift, left_of(length, from, shift), v);
        }
    }
};

template <class T, int N>
HOST_DEVICE void softmax_rows(const T *x, T *out, const Softmax<2> &s) {
    typedef typename Compute<T>::type C;
    u32 threads = 1u << s.shift, row = blockIdx.x * (blockDim.x >> s.shift) + (threadIdx.x >> s.shift);
    bool mine = row < s.kept.count;
    i64 at[2] = {0, 0};
    if (mine) s.kept.places(row, at);
    x += at[0], out += at[1];
    InRegisters<T, N> place(s, x, mine);
    C loaded[1][N], extras[1][1], (&v)[N] = loaded[0], (&extra)[1] = extras[0];
    place.load(loaded, extras, {x}, s.step, lowest<C>());
    C m = group_reduce(Max<C>::join(tournament<Max<C>, N>(v), extra[0]), threads, Max<C>::join);
    C sum = group_reduce(exponentials(v, m, s.log) + exponentials(extra, m, s.log), threads, add<C>);
    Finish<C> finish(sum, s.log);
#pragma unroll
    for (int k = 0; k < N; k++) v[k] = finish(v[k]);
    place.store(out, s.step[1], v, finish(extra[0]));
}

template <class T, int N>
HOST_DEVICE void softmax_backward_rows(const T *g, const T *y, T *out, const Softmax<3> &s) {
    typedef typename Compute<T>::type C;
    u32 threads = 1u << s.shift, row = blockIdx.x * (blockDim.x >> s.shift) + (threadIdx.x >> s.shift);
    bool mine = row < s.kept.count;
    i64 at[3] = {0, 0, 0};
    if (mine) s.kept.places(row, at);
    g += at[0], y += at[1], out += at[2];
    InRegisters<T, N> place(s, g, mine);
    C v[2][N], extra[2][1];
    place.load(v, extra, {g, y}, s.step, C(0));
    C total = gradient_sum(v[0], v[1], s.log) + gradient_sum(extra[0], extra[1], s.log);
    total = group_reduce(total, threads, add<C>);
    gradient(v[0], v[1], total, s.log);
    gradient(extra[0], extra[1], total, s.log);
    place.store(out, s.step[2], v[0], extra[0][0]);
}

// ---- long rows ----

// A block per row, U units of V elements at a time.
template <int U, int V, class T>
HOST_DEVICE void softmax_long_by(const T *x, T *out, const Softmax<2> &s, const Ragged<T> &ragged, T *stage) {
    typedef typename Compute<T>::type C;
    constexpr int N = U * V;
    i64 units = V > 1 ? ragged.units : s.length, head = V > 1 ? ragged.head : 0, from = threadIdx.x;
    u32 shift = 31 - __clz(blockDim.x);
    i64 in = V > 1 ? V : s.step[0], to = V > 1 ? V : s.step[1];
    C extra[1] = {V > 1 && ragged.extra >= 0 ? convert<C>(x[ragged.extra]) : lowest<C>()};
    Online<C> all = Online<C>::none();
#pragma unroll 1
    for (i64 i = from; i < units; i += U << shift) {
        C v[N];
        u32 left = left_of(units, i, shift);
        Units<T, U, V> raw;
        raw.load(x + head + i * in, in << shift, left);
        // Read again by the thread that wrote it.
        if (s.staged) raw.stage(stage + i * V, V << shift, left);
        raw.numbers(v, left, lowest<C>());
        all.take(v);
    }
    all.take(extra);
    C m = group_reduce(all.m, blockDim.x, Max<C>::join);
    Finish<C> finish(group_reduce(all.sum_from(m), blockDim.x, add<C>), s.log);
    const T *again = s.staged ? stage : x + head;
    i64 step = s.staged ? V : in;
#pragma unroll 1
    for (i64 i = from; i < units; i += U << shift) {
        C v[N];
        u32 left = left_of(units, i, shift);
        load_units<U, V>(v, again + i * step, step << shift, left, C(0));
#pragma unroll
        for (int k = 0; k < N; k++) {
            C d = v[k] - m;
            v[k] = finish(s.log ? d : exponential(d));
        }
        store_units<U, V>(out + head + i * to, to << shift, left, v);
    }
    C d = extra[0] - m;
    if (V > 1 && ragged.extra >= 0) out[ragged.extra] = convert<T>(finish(s.log ? d : exponential(d)));
}

template <class T>
HOST_DEVICE void softmax_long(const T *x, T *out, const Softmax<2> &s, T *stage) {
    i64 at[2];
    s.kept.places(blockIdx.x, at);
    x += at[0], out += at[1];
    Ragged<T> ragged(x, s.length, threadIdx.x);
    constexpr int V = Ragged<T>::V, U = sizeof(T) < 8 ? Numbers<T>::SOME / V : 1;
    if (s.vectors) softmax_long_by<U, V>(x, out, s, ragged, stage);
    else softmax_long_by<sizeof(T) < 8 ? 4 : 2, 1>(x, out, s, ragged, stage);
}

template <int U, int V, class T>
HOST_DEVICE void softmax_backward_long_by(const T *g, const T *y, T *out, const Softmax<3> &s, const Ragged<T> &ragged,
                                          T *stage) {
    typedef typename Compute<T>::type C;
    constexpr int N = U * V;
    i64 units = V > 1 ? ragged.units : s.length, head = V > 1 ? ragged.head : 0, from = threadIdx.x;
    u32 shift = 31 - __clz(blockDim.x);
    i64 in_g = V > 1 ? V : s.step[0], in_y = V > 1 ? V : s.step[1], to = V > 1 ? V : s.step[2];
    T *stage_y = stage + units * V;
    bool extra = V > 1 && ragged.extra >= 0, reads_y = !s.log;
    C extra_g[1] = {extra ? convert<C>(g[ragged.extra]) : C(0)}, extra_y[1] = {extra ? convert<C>(y[ragged.extra]) : C(0)};
    C total = gradient_sum(extra_g, extra_y, s.log);
#pragma unroll 1
    for (i64 i = from; i < units; i += U << shift) {
        C a[N], b[N];
        u32 left = left_of(units, i, shift);
        Units<T, U, V> of_g, of_y;
        u32 left_y = reads_y ? left : 0;
        of_g.load(g + head + i * in_g, in_g << shift, left);
        of_y.load(y + head + i * in_y, in_y << shift, left_y);
        // Read again by the thread that wrote it.
        if (s.staged) {
            of_g.stage(stage + i * V, V << shift, left);
            of_y.stage(stage_y + i * V, V << shift, left_y);
        }
        of_g.numbers(a, left, C(0));
        of_y.numbers(b, left_y, C(0));
        total += gradient_sum(a, b, s.log);
    }
    total = group_reduce(total, blockDim.x, add<C>);
    bool staged_y = s.staged && reads_y;
    const T *again_g = s.staged ? stage : g + head, *again_y = staged_y ? stage_y : y + head;
    i64 step_g = s.staged ? V : in_g, step_y = staged_y ? V : in_y;
#pragma unroll 1
    for (i64 i = from; i < units; i += U << shift) {
        C a[N], b[N];
        u32 left = left_of(units, i, shift);
        load_units<U, V>(a, again_g + i * step_g, step_g << shift, left, C(0));
        load_units<U, V>(b, again_y + i * step_y, step_y << shift, left, C(0));
        gradient(a, b, total, s.log);
        store_units<U, V>(out + head + i * to, to << shift, left, a);
    }
    gradient(extra_g, extra_y, total, s.log);
    if (extra) out[ragged.extra] = convert<T>(extra_g[0]);
}

template <class T>
HOST_DEVICE void softmax_backward_long(const T *g, const T *y, T *out, const Softmax<3> &s, T *stage) {
    i64 at[3];
    s.kept.places(blockIdx.x, at);
    g += at[0], y += at[1], out += at[2];
    Ragged<T> ragged(g, s.length, threadIdx.x);
    constexpr int V = Ragged<T>::V, U = Numbers<T>::FEW / V;
    if (s.vectors) softmax_backward_long_by<U, V>(g, y, out, s, ragged, stage);
    else softmax_backward_long_by<4, 1>(g, y, out, s, ragged, stage);
}

// ---- columns ----

// combine over the threads of equal threadIdx.x % width, in the order of their numbers; every thread gets its result.
template <class T, class F>
HOST_DEVICE T column_reduce(T x, u32 width, F combine) {
    if (blockDim.x == width) return x;
    __shared__ __align__(16) unsigned char bytes[512 * sizeof(T)];
    T *parts = reinterpret_cast<T *>(bytes);
    u32 t = threadIdx.x;
    parts[t] = x;
#pragma unroll 1
    for (u32 half = blockDim.x / 2; half >= width; half /= 2) {
        __syncthreads();
        if (t < half) parts[t] = combine(parts[t], parts[t + half]);
    }
    __syncthreads();
    x = parts[t & (width - 1)];
    __syncthreads();
    return x;
}

// N numbers of each thread at a time. Columns of up to N·blockDim.x / 2^shift elements are read once, longer ones twice.
template <class T, int N>
HOST_DEVICE void softmax_columns(const T *x, T *out, const Softmax<2> &s) {
    typedef typename Compute<T>::type C;
    u32 width = 1u << s.shift, column = blockIdx.x * width + (threadIdx.x & (width - 1));
    u32 from = threadIdx.x >> s.shift, shift = 31 - __clz(blockDim.x) - s.shift;
    bool mine = column < s.kept.count, once = s.length <= (i64)N << shift;
    i64 at[2] = {0, 0}, length = mine ? s.length : 0;
    if (mine) s.kept.places(column, at);
    x += at[0], out += at[1];
    C v[N];
    Online<C> all = Online<C>::none();
#pragma unroll 1
    for (i64 i = from; i < length; i += N << shift) {
        load_units<N, 1>(v, x + i * s.step[0], s.step[0] << shift, left_of(length, i, shift), lowest<C>());
        all.take(v);
    }
    C m = column_reduce(all.m, width, Max<C>::join);
    Finish<C> finish(column_reduce(all.sum_from(m), width, add<C>), s.log);
#pragma unroll 1
    for (i64 i = from; i < length; i += N << shift) {
        u32 left = left_of(length, i, shift);
        if (!once) load_units<N, 1>(v, x + i * s.step[0], s.step[0] << shift, left, C(0));
#pragma unroll
        for (int k = 0; k < N; k++) {
            C d = v[k] - m;
            v[k] = finish(s.log ? d : exponential(d));
        }
        store_units<N, 1>(out + i * s.step[1], s.step[1] << shift, left, v);
    }
}

template <class T, int N>
HOST_DEVICE void softmax_backward_columns(const T *g, const T *y, T *out, const Softmax<3> &s) {
    typedef typename Compute<T>::type C;
    u32 width = 1u << s.shift, column = blockIdx.x * width + (threadIdx.x & (width - 1));
    u32 from = threadIdx.x >> s.shift, shift = 31 - __clz(blockDim.x) - s.shift;
    bool mine = column < s.kept.count, once = s.length <= (i64)N << shift;
    i64 at[3] = {0, 0, 0}, length = mine ? s.length : 0;
    if (mine) s.kept.places(column, at);
    g += at[0], y += at[1], out += at[2];
    C a[N], b[N], total = 0;
#pragma unroll 1
    for (i64 i = from; i < length; i += N << shift) {
        u32 left = left_of(length, i, shift);
        load_units<N, 1>(a, g + i * s.step[0], s.step[0] << shift, left, C(0));
        load_units<N, 1>(b, y + i * s.step[1], s.step[1] << shift, left, C(0));
        total += gradient_sum(a, b, s.log);
    }
    total = column_reduce(total, width, add<C>);
#pragma unroll 1
    for (i64 i = from; i < length; i += N << shift) {
        u32 left = left_of(length, i, shift);
        if (!once) {
            load_units<N, 1>(a, g + i * s.step[0], s.step[0] << shift, left, C(0));
            load_units<N, 1>(b, y + i * s.step[1], s.step[1] << shift, left, C(0));
        }
        gradient(a, b, total, s.log);
        store_units<N, 1>(out + i * s.step[2], s.step[2] << shift, left, a);
    }
}

// ---- shared rows: what belongs to each ----

// m, and what exp(x − m) is multiplied by, or what is added to x − m.
template <class C>
using Norm = Vec<C, 2>;

template <class C>
struct NormFold : OnlineFold<C> {
    Norm<C> *norms;
    u32 log;

    HOST_DEVICE void finish(Online<C> a, i64 row) const {
        Finish<C> finish(a.sum, log);
        norms[row] = Norm<C>{{a.m, log ? finish.offset : finish.scale}};
    }
};

template <class C>
struct Into {
    C *out;
    HOST_DEVICE void store(i64 i, C x) const { out[i] = x; }
};
template <class C>
using TotalFold = Plain<Sum<C>, Into<C>>;

// A Source (fold.cuh): g·y of tensors that lie alike, or g for the logarithm.
template <class T>
struct Terms {
    const T *g, *y;
    u32 log;
    static constexpr int VECTOR = Elements<T>::VECTOR, UNITS = Elements<T>::UNITS;
    static constexpr int COLUMNS = Elements<T>::COLUMNS, ROWS = 4;

    template <int U, int V, class C>
    HOST_DEVICE void load(C (&into)[U * V], const i64 (&at)[U]) const {
        if (log) return Elements<T>{g}.template load<U, V>(into, at);
        Vec<T, V> of_g[U], of_y[U];
#pragma unroll
        for (int u = 0; u < U; u++) {
            of_g[u] = *reinterpret_cast<const Vec<T, V> *>(g + at[u]);
            of_y[u] = *reinterpret_cast<const Vec<T, V> *>(y + at[u]);
        }
#pragma unroll
        for (int u = 0; u < U; u++)
#pragma unroll
            for (int v = 0; v < V; v++)
                into[u * V + v] = convert<C>(of_g[u].at[v]) * convert<C>(of_y[u].at[v]);
    }

    HOST_DEVICE u32 ahead(i64 at) const { return Elements<T>{g}.ahead(at); }
};

// ---- shared rows: the elements ----

constexpr u32 SPREAD_THREADS = 256;

// Tensors of gridDim.y blocks of neighbours, all dense. The mirror of src/cuda/softmax.rs.
struct Spread {
    i64 span;   // elements of such a block: of `inner` rows
    i64 inner;  // element i belongs to row i mod inner of the block
    u32 log;
    u32 vectors;  // whether all begin at a multiple of 16 bytes
};

// out = f(x[0], …, x[K − 1], what belongs to the row), element by element.
template <int K, class T, class R, class F>
HOST_DEVICE void spread(const T *const (&x)[K], T *out, const R *of_rows, const Spread &s, F f) {
    typedef typename Compute<T>::type C;
    constexpr int V = Ragged<T>::V, N = K == 1 ? Numbers<T>::SOME : Numbers<T>::FEW, U = N / V;
    i64 from = (i64)blockIdx.x * blockDim.x + threadIdx.x, by = (i64)gridDim.x * blockDim.x, first = blockIdx.y * s.span;
    i64 head = s.vectors ? min((i64)((0 - (u64)first) & (V - 1)), s.span) : s.span, units = (s.span - head) / V;
    const T *in[K];
#pragma unroll
    for (int k = 0; k < K; k++) in[k] = x[k] + first;
    out += first, of_rows += blockIdx.y * s.inner;
    R of_row = of_rows[0];
#pragma unroll 1
    for (i64 i = from; i < units; i += U * by) {
        u32 left = left_by<U>(units, i, by);
        Units<T, U, V> some[K];
        C v[K][N];
#pragma unroll
        for (int k = 0; k < K; k++) some[k].load(in[k] + head + i * V, by * V, left);
#pragma unroll
        for (int k = 0; k < K; k++) some[k].numbers(v[k], left, C(0));
#pragma unroll
        for (int u = 0; u < U; u++) {
            i64 row = s.inner > 1 ? (head + (i + u * by) * V) % s.inner : 0;
#pragma unroll
            for (int j = 0; j < V; j++) {
                C e[K];
#pragma unroll
                for (int k = 0; k < K; k++) e[k] = v[k][u * V + j];
                if (s.inner > 1) {
                    of_row = of_rows[row];
                    row = row + 1 < s.inner ? row + 1 : 0;
                }
                v[0][u * V + j] = f(e, of_row);
            }
        }
        store_units<U, V>(out + head + i * V, by * V, left, v[0]);
    }
    // What is before and behind the vectors.
#pragma unroll 1
    for (i64 i = from; i < s.span - units * V; i += by) {
        i64 at = i < head ? i : i + units * V;
        C e[K];
#pragma unroll
        for (int k = 0; k < K; k++) e[k] = convert<C>(in[k][at]);
        out[at] = convert<T>(f(e, of_rows[s.inner > 1 ? at % s.inner : 0]));
    }
}

template <class T, class C>
HOST_DEVICE void softmax_spread(const T *x, T *out, const Norm<C> *norms, const Spread &s) {
    spread<1>({x}, out, norms, s, [&](const C (&v)[1], Norm<C> n) {
        C d = v[0] - n.at[0];
        return s.log ? d + n.at[1] : exponential(d) * n.at[1];
    });
}

template <class T, class C>
HOST_DEVICE void softmax_backward_spread(const T *g, const T *y, T *out, const C *totals, const Spread &s) {
    spread<2>({g, y}, out, totals, s, [&](const C (&v)[2], C total) {
        C a[1] = {v[0]}, b[1] = {v[1]};
        gradient(a, b, total, s.log);
        return a[0];
    });
}

// ---- kernels ----

#define SOFTMAX(T, dtype)                                                                                     \
    using Number = Compute<T>::type;                                                                          \
    KERNEL(256, softmax_short_##dtype, const T *x, T *out, Softmax<2> s) {                                    \
        softmax_rows<T, Numbers<T>::FEW>(x, out, s);                                                          \
    }                                                                                                         \
    KERNEL(512, softmax_rows_##dtype, const T *x, T *out, Softmax<2> s) {                                     \
        softmax_rows<T, Numbers<T>::MANY>(x, out, s);                                                         \
    }                                                                                                         \
    KERNEL(512, softmax_long_##dtype, const T *x, T *out, Softmax<2> s) {                                     \
        DYNAMIC_SHARED(T, stage);                                                                             \
        softmax_long(x, out, s, stage);                                                                       \
    }                                                                                                         \
    KERNEL(512, softmax_columns_##dtype, const T *x, T *out, Softmax<2> s) {                                  \
        softmax_columns<T, Numbers<T>::SOME>(x, out, s);                                                      \
    }                                                                                                         \
    KERNEL(FOLD_THREADS, softmax_norms_rows_##dtype, const T *x, Folding f, Norm<Number> *norms, u32 log) {    \
        fold_rows(NormFold<Number>{{}, norms, log}, Elements<T>{x}, f);                                       \
    }                                                                                                         \
    KERNEL(FOLD_THREADS, softmax_norms_columns_##dtype, const T *x, Folding f, Norm<Number> *norms, u32 log) { \
        fold_columns(NormFold<Number>{{}, norms, log}, Elements<T>{x}, f);                                    \
    }                                                                                                         \
    KERNEL(SPREAD_THREADS, softmax_spread_##dtype, const T *x, T *out, const Norm<Number> *norms, Spread s) { \
        softmax_spread(x, out, norms, s);                                                                     \
    }

#define SOFTMAX_BACKWARD(T, dtype)                                                                                   \
    using Number = Compute<T>::type;                                                                                 \
    KERNEL(256, softmax_backward_short_##dtype, const T *g, const T *y, T *out, Softmax<3> s) {                      \
        softmax_backward_rows<T, Numbers<T>::FEW>(g, y, out, s);                                                     \
    }                                                                                                                \
    KERNEL(512, softmax_backward_rows_##dtype, const T *g, const T *y, T *out, Softmax<3> s) {                       \
        softmax_backward_rows<T, Numbers<T>::MANY>(g, y, out, s);                                                    \
    }                                                                                                                \
    KERNEL(512, softmax_backward_long_##dtype, const T *g, const T *y, T *out, Softmax<3> s) {                       \
        DYNAMIC_SHARED(T, stage);                                                                                    \
        softmax_backward_long(g, y, out, s, stage);                                                                  \
    }                                                                                                                \
    KERNEL(512, softmax_backward_columns_##dtype, const T *g, const T *y, T *out, Softmax<3> s) {                    \
        softmax_backward_columns<T, Numbers<T>::SOME / 2>(g, y, out, s);                                             \
    }                                                                                                                \
    KERNEL(FOLD_THREADS, softmax_totals_rows_##dtype, const T *g, const T *y, Folding f, Number *totals, u32 log) {  \
        fold_rows(TotalFold<Number>{{totals}, {}}, Terms<T>{g, y, log}, f);                                          \
    }                                                                                                                \
    KERNEL(FOLD_THREADS, softmax_totals_columns_##dtype, const T *g, const T *y, Folding f, Number *totals,          \
           u32 log) {                                                                                                \
        fold_columns(TotalFold<Number>{{totals}, {}}, Terms<T>{g, y, log}, f);                                       \
    }                                                                                                                \
    KERNEL(SPREAD_THREADS, softmax_backward_spread_##dtype, const T *g, const T *y, T *out, const Number *totals,    \
           Spread s) {                                                                                               \
        softmax_backward_spread(g, y, out, totals, s);                                                               \
    }
