// What the optimizers' kernels are told: tables of parameters, as large as a launch takes (4 KiB). The mirror of
// src/cuda/optim.rs.
#pragma once
#include "types.cuh"

// Which elements a block works on: `chunk` of one parameter; those of parameter i are blocks first[i] ≤ b < first[i + 1].
template <int MOST>
struct Chunks {
    i64 numel[MOST];
    u32 first[MOST];
    u8 is_aligned[MOST];  // all of its memory to 16 bytes
    u32 count, chunk;     // parameters; elements, a multiple of 16

    HOST_DEVICE u32 parameter(u32 block) const {
        u32 low = 0, high = count;
        while (high - low > 1) {
            u32 middle = (low + high) / 2;
            if (first[middle] <= block) low = middle;
            else high = middle;
        }
        return low;
    }
};

constexpr int MOST_SGD = 96;

struct SgdTable {
    void *param[MOST_SGD], *grad[MOST_SGD], *buffer[MOST_SGD];
    Chunks<MOST_SGD> chunks;
    u8 first_step[MOST_SGD];
};

template <class C>
struct SgdNumbers {
    C lr, momentum, fresh, decay, sign;
    i32 nesterov;
};

constexpr int MOST_ADAMW = 56;

template <class C>
struct AdamWTable {
    void *param[MOST_ADAMW], *grad[MOST_ADAMW], *exp_avg[MOST_ADAMW], *exp_avg_sq[MOST_ADAMW], *max_exp_avg_sq[MOST_ADAMW];
    Chunks<MOST_ADAMW> chunks;
    C pace[MOST_ADAMW], root[MOST_ADAMW];  // lr/(1−β₁ᵗ) and 1/√(1−β₂ᵗ) at the parameter's step t
};

template <class C>
struct AdamWNumbers {
    C keep, decay, fresh, beta2, fresh2, eps, sign;
};
