// Cross entropy of rows of logits with class numbers, and its gradient. The meaning is src/cpu/cross_entropy.rs.
//
//   lossᵣ = wᵣ·(sᵣ − (x[r, tᵣ] − mᵣ))     with mᵣ = max xᵣ, sᵣ = log Σ exp(xᵣ − mᵣ) and wᵣ = weight[tᵣ], or 1,
//                                         and nothing where tᵣ is ignored
//   ∂/∂x[r, c] = wᵣ·(exp(x[r, c] − mᵣ − sᵣ) − [c = tᵣ])
//
// f16 and bf16 are computed in f32 and rounded once. A row with a NaN or +∞, or of −∞ only, gives NaN.
#pragma once
#include "errors.cuh"
#include "exponential.cuh"
#include "fold.cuh"
#include "pack.cuh"

// The class numbers of the rows. The mirror of src/cuda/cross_entropy.rs.
struct Classes {
    const void *data;
    const void *weight;  // one per class, of the logits' type; or null
    i64 count;           // 0 ≤ class < count
    i64 ignored;         // rows of this class count for nothing
    i64 first;           // number of row 0, for messages
    ErrorRecord *errors;
    i32 is_i64;  // else i32
    u32 op;      // for the ErrorRecord

    HOST_DEVICE i64 at(i64 row) const { return is_i64 ? ((const i64 *)data)[row] : (i64)((const i32 *)data)[row]; }
    HOST_DEVICE bool counts(i64 target) const { return target != ignored && (u64)target < (u64)count; }

    // What a row of this class weighs.
    template <class T>
    HOST_DEVICE typename Compute<T>::type share(i64 target) const {
        typedef typename Compute<T>::type C;
        if (!counts(target)) return 0;
        return weight ? convert<C>(((const T *)weight)[target]) : C(1);
    }
};

// m and s: apart, because their sum would round away what distinguishes small losses.
template <class C>
using Norm = Vec<C, 2>;

// ---- the loss of each row ----

template <class T>
struct CrossEntropy : OnlineFold<typename Compute<T>::type> {
    typedef typename Compute<T>::type Number;
    const T *x;           // row 0
    Norm<Number> *norms;  // of each row
    T *loss;              // of each row, rounded;
    Number *part;         // or, if it is not null, not rounded
    Classes classes;

    HOST_DEVICE void finish(Online<Number> a, i64 row) const {
        Number sum = logarithm(a.sum), lost = 0;
        i64 target = classes.at(row);
        if (target != classes.ignored && check_index(classes.errors, classes.op, classes.first + row, target, classes.count))
            lost = classes.share<T>(target) * (sum - (convert<Number>(x[row * classes.count + target]) - a.m));
        norms[row] = Norm<Number>{{a.m, sum}};
        if (part) part[row] = lost;
        else loss[row] = convert<T>(lost);
    }
};

// ---- the loss of all ----

constexpr u32 TOTAL_THREADS = 256;

// Losses, and what they weigh.
template <class C>
struct Total {
    C loss, share;
};

struct Totals {
    template <class C>
    HOST_DEVICE Total<C> operator()(Total<C> a, Total<C> b) const {
        return {a.loss + b.loss, a.share + b.share};
    }
};

// The sum of the rows' losses, or, with `share`, divided by what they weigh, which is written there. Blocks take
// neighbouring rows; the last one joins their parts in order.
template <class T, class C>
HOST_DEVICE void total_of(const C *part, i64 rows, const Classes &classes, Total<C> *parts, u32 *counter, T *loss, C *share) {
    Totals join;
    Total<C> none = {0, 0}, a = none;
    i64 each = (rows + gridDim.x - 1) / gridDim.x, begin = blockIdx.x * each, end = min(begin + each, rows);
#pragma unroll 4
    for (i64 row = begin + threadIdx.x; row < end; row += blockDim.x) {
        a.loss += part[row];
        if (share) a.share += classes.share<T>(classes.at(row));
    }
    a = block_reduce(a, none, join);
    if (gridDim.x > 1) {
        if (threadIdx.x == 0) parts[blockIdx.x] = a;
        if (!last_block(counter, gridDim.x)) return;
        a = none;
        for (u32 b = threadIdx.x; b < gridDim.x; b += blockDim.x) a = join(a, parts[b]);
        a = block_reduce(a, none, join);
    }
    if (threadIdx.x > 0) return;
    if (share) *share = a.share;
    *loss = convert<T>(share ? a.loss / a.share : a.loss);
}

// ---- the gradient ----

constexpr u32 GRADIENT_THREADS = 256;

// The gradients that arrive: of all, or of each row.
template <class T, class C>
struct Arriving {
    const T *gradient;
    i64 step;        // from row to row, 0 or 1
    const C *share;  // what they are divided by, or null
};

// 2^shift threads for a row, in each of gridDim.y blocks. Rows may begin anywhere; `vectors`: row 0 begins at a multiple
// of 16 bytes in both.
template <class T, class C>
HOST_DEVICE void gradient_of(T *out, const T *x, const Norm<C> *norms, const Arriving<T, C> &g, i64 rows, u32 shift, u32 vectors,
                             const Classes &classes) {
    constexpr int V = 16 / sizeof(T), U = sizeof(T) < 8 ? 2 : 1;
    u32 threads = 1u << shift;
    i64 from = blockIdx.y * threads + (threadIdx.x & (threads - 1)), by = gridDim.y * threads;
    i64 row = (i64)blockIdx.x * (blockDim.x >> shift) + (threadIdx.x >> shift), length = classes.count;
    if (row >= rows) return;
    i64 target = classes.at(row);
    bool counts = classes.counts(target);
    C k = 0;
    Norm<C> norm = {};
    if (counts) {
        k = classes.share<T>(target) * convert<C>(g.gradient[row * g.step]);
        if (g.share) k /= *g.share;
        norm = norms[row];
    }
    x += row * length, out += row * length;
    auto element = [&](C v, i64 c) {
        return (exponential(v - norm.at[0] - norm.at[1]) - (c == target ? C(1) : C(0))) * k;
    };
    // What does not count has no gradient, whatever its logits are: they are not looked at.
    auto one = [&](i64 c) { out[c] = convert<T>(counts ? element(convert<C>(x[c]), c) : C(0)); };
    i64 head = vectors ? min((i64)((0 - (u64)(row * length)) & (V - 1)), length) : length;
    i64 packs = (length - head) / V;
#pragma unroll 1
    for (i64 c = from; c < head; c += by) one(c);
#pragma unroll 1
    for (i64 i = from; i < packs; i += U * by) {
        i64 first = head + i * V;
        u32 left = left_by<U>(packs, i, by);
        C v[U * V];
        load_units<U, V>(v, x + first, by * V, counts ? left : 0, C(0));
#pragma unroll
        for (int j = 0; j < U * V; j++) v[j] = element(v[j], first + j / V * by * V + j % V);
        store_units<U, V>(out + first, by * V, left, v);
    }
#pragma unroll 1
    for (i64 c = head + packs * V + from; c < length; c += by) one(c);
}

// Blocks that a multiprocessor is to hold: two of f64, which left alone the compiler gives too few registers.
template <class T>
constexpr int FOLD_BLOCKS = sizeof(T) == 8 ? 2 : 3;

#define CROSS_ENTROPY(T, dtype)                                                                                          \
    using Number = Compute<T>::type;                                                                                     \
    using ArrivingHere = Arriving<T, Number>;                                                                            \
    KERNEL_BLOCKS(FOLD_THREADS, FOLD_BLOCKS<T>, cross_entropy_rows_##dtype, const T *x, Folding f, CrossEntropy<T> loss) { \
        fold_rows(loss, Elements<T>{x}, f);                                                                              \
    }                                                                                                                    \
    KERNEL_BLOCKS(FOLD_THREADS, FOLD_BLOCKS<T>, cross_entropy_columns_##dtype, const T *x, Folding f, CrossEntropy<T> loss) { \
        fold_columns(loss, Elements<T>{x}, f);                                                                           \
    }                                                                                                                    \
    KERNEL(TOTAL_THREADS, cross_entropy_total_##dtype, const Number *part, i64 rows, Classes classes,                    \
           Total<Number> *parts, u32 *counter, T *loss, Number *share) {                                                 \
        total_of(part, rows, classes, parts, counter, loss, share);                                                      \
    }                                                                                                                    \
    KERNEL(GRADIENT_THREADS, cross_entropy_gradient_##dtype, T *out, const T *x, const Norm<Number> *norms,              \
           ArrivingHere g, i64 rows, u32 shift, u32 vectors, Classes classes) {                                          \
        gradient_of(out, x, norms, g, rows, shift, vectors, classes);                                                    \
    }
