// arch: 75 80  fmad: off   One step of SGD or AdamW over many parameters at once. The meaning is src/cpu/optim.rs.
#include "optim.cuh"
#include "pack.cuh"

constexpr u32 THREADS = 256;

// Runs `update` on the K operands' elements at `at`, E of them, and stores the operands with a bit in `writes`.
template <int E, class T, int K, class F>
HOST_DEVICE void update_at(i64 at, T *const (&operands)[K], u32 writes, F update) {
    typedef typename Compute<T>::type C;
    Pack<T, E> packs[K]{};
#pragma unroll
    for (int k = 0; k < K; k++)
        if (operands[k]) packs[k].load(operands[k] + at);
#pragma unroll
    for (int e = 0; e < E; e++) {
        C x[K];
#pragma unroll
        for (int k = 0; k < K; k++) x[k] = convert<C>(packs[k].at[e]);
        update(x);
#pragma unroll
        for (int k = 0; k < K; k++) packs[k].at[e] = convert<T>(x[k]);
    }
#pragma unroll
    for (int k = 0; k < K; k++)
        if (operands[k] && (writes >> k & 1)) packs[k].store(operands[k] + at);
}

// Runs `update` on all elements of this block's chunk, of parameter `i`. An operand with address 0 is not there.
template <class T, int K, int MOST, class F>
HOST_DEVICE void each_element(const Chunks<MOST> &chunks, u32 i, T *const (&operands)[K], u32 writes, F update) {
    constexpr int E = 16 / sizeof(T);
    i64 begin = (i64)(blockIdx.x - chunks.first[i]) * chunks.chunk;
    i64 end = min(begin + (i64)chunks.chunk, chunks.numel[i]);
    i64 whole = chunks.is_aligned[i] ? begin + (end - begin) / E * E : begin;
#pragma unroll 1
    for (i64 at = begin + threadIdx.x * E; at < whole; at += THREADS * E) update_at<E>(at, operands, writes, update);
#pragma unroll 1
    for (i64 at = whole + threadIdx.x; at < end; at += THREADS) update_at<1>(at, operands, writes, update);
}

// p ← p − lr·s, where s is g, b or g + momentum·b: `sgd` of src/cpu/optim.rs. Without a momentum `table.buffer` is 0.
template <class T, class C>
HOST_DEVICE void sgd(const SgdTable &table, const SgdNumbers<C> &h) {
    u32 i = table.chunks.parameter(blockIdx.x);
    bool first = table.first_step[i], has_buffer = table.buffer[i];
    // The first step uses nothing of the buffer, which may hold anything.
    T *const operands[3] = {(T *)table.param[i], (T *)table.grad[i], (T *)table.buffer[i]};
    each_element<T>(table.chunks, i, operands, 0b101, [&](C(&x)[3]) {
        C g = h.sign * x[1] + h.decay * x[0], step = g;
        if (has_buffer) {
            C m = first ? g : h.momentum * x[2] + h.fresh * g;
            x[2] = m;
            step = h.nesterov ? g + h.momentum * m : m;
        }
        x[0] -= h.lr * step;
    });
}

#define SGD(T, C) \
    KERNEL(THREADS, sgd_##T, SgdTable table, SgdNumbers<C> numbers) { sgd<T>(table, numbers); }

SGD(f32, f32)
SGD(f64, f64)
SGD(f16, f32)
SGD(bf16, f32)

// `adamw` of src/cpu/optim.rs. Without AMSGrad `table.max_exp_avg_sq` is 0.
template <class T, class C>
HOST_DEVICE void adamw(const AdamWTable<C> &table, const AdamWNumbers<C> &h) {
    u32 i = table.chunks.parameter(blockIdx.x);
    C pace = table.pace[i], root = table.root[i];
    bool amsgrad = table.max_exp_avg_sq[i];
    T *const operands[5] = {(T *)table.param[i], (T *)table.grad[i], (T *)table.exp_avg[i], (T *)table.exp_avg_sq[i],
                            (T *)table.max_exp_avg_sq[i]};
    each_element<T>(table.chunks, i, operands, 0b11101, [&](C(&x)[5]) {
        C p = x[0] * h.keep;
        C g = h.sign * x[1] + h.decay * p;
        C m = x[2] + h.fresh * (g - x[2]);
        C v = h.beta2 * x[3] + h.fresh2 * (g * g);
        C top = v;
        if (amsgrad) {
            top = v > x[4] ? v : x[4];
            x[4] = top;
        }
        x[2] = m;
        x[3] = v;
        x[0] = p - pace * m / ((C)sqrt(top) * root + h.eps);
    });
}

#define ADAMW(T, C) \
    KERNEL(THREADS, adamw_##T, AdamWTable<C> table, AdamWNumbers<C> numbers) { adamw<T>(table, numbers); }

ADAMW(f32, f32)
ADAMW(f64, f64)
ADAMW(f16, f32)
ADAMW(bf16, f32)
