// *p += x, when other threads may do so too: integers wrap, f16 and bf16 round each sum once, bools or.
// The order of additions is not fixed, and so are not the last bits of sums of floats.
#pragma once
#include "types.cuh"

// Two elements at once, the first in the low half; aligned to 4 bytes.
struct f16x2 {
    u32 bits;
};
struct bf16x2 {
    u32 bits;
};

HOST_DEVICE void atomic_add(f32 *p, f32 x) { atomicAdd(p, x); }
HOST_DEVICE void atomic_add(f64 *p, f64 x) { atomicAdd(p, x); }
HOST_DEVICE void atomic_add(u32 *p, u32 x) { atomicAdd(p, x); }
HOST_DEVICE void atomic_add(u64 *p, u64 x) { atomicAdd(p, x); }

// Whoever writes, writes the same.
HOST_DEVICE void atomic_add(boolean *p, boolean x) {
    if (x.byte) p->byte = 1;
}

// Replaces the word at `p` by `next` of it.
template <class Word, class F>
HOST_DEVICE void atomic_update(Word *p, F next) {
    Word seen = *(volatile Word *)p, expected;
    do {
        expected = seen;
        seen = atomicCAS(p, expected, (Word)next(expected));
    } while (seen != expected);
}

HOST_DEVICE void atomic_add(u16 *p, u16 x) {
    atomic_update(p, [&](u16 word) { return (u16)(word + x); });
}

// Within the aligned word that holds it: no device has a compare-and-swap of bytes.
HOST_DEVICE void atomic_add(u8 *p, u8 x) {
    u64 address = (u64)p;
    u32 shift = (u32)(address & 3) * 8;
    atomic_update((u32 *)(address & ~(u64)3), [&](u32 word) {
        u32 sum = ((word >> shift) + x) & 0xff;
        return (word & ~(0xffu << shift)) | sum << shift;
    });
}

HOST_DEVICE u16 sum_bits(f16 a, f16 b) { return f32_to_f16(f16_to_f32(a) + f16_to_f32(b)).bits; }
HOST_DEVICE u16 sum_bits(bf16 a, bf16 b) { return f32_to_bf16(bf16_to_f32(a) + bf16_to_f32(b)).bits; }

template <class T>
HOST_DEVICE u32 sum_of_halves(u32 a, u32 b) {
    u32 low = sum_bits(T{(u16)a}, T{(u16)b}), high = sum_bits(T{(u16)(a >> 16)}, T{(u16)(b >> 16)});
    return low | high << 16;
}

#ifdef TENDON_ON_HOST

HOST_DEVICE void atomic_add(f16 *p, f16 x) {
    atomic_update(&p->bits, [&](u16 bits) { return sum_bits(f16{bits}, x); });
}
HOST_DEVICE void atomic_add(f16x2 *p, f16x2 x) {
    atomic_update(&p->bits, [&](u32 bits) { return sum_of_halves<f16>(bits, x.bits); });
}

#else

HOST_DEVICE void atomic_add(f16 *p, f16 x) {
    asm volatile("{ .reg .u64 at; cvta.to.global.u64 at, %0; red.global.add.noftz.f16 [at], %1; }"
                 ::"l"(p), "h"(x.bits) : "memory");
}
HOST_DEVICE void atomic_add(f16x2 *p, f16x2 x) {
    asm volatile("{ .reg .u64 at; cvta.to.global.u64 at, %0; red.global.add.noftz.f16x2 [at], %1; }"
                 ::"l"(p), "r"(x.bits) : "memory");
}

#endif

#if !defined(TENDON_ON_HOST) && __CUDA_ARCH__ >= 900

HOST_DEVICE void atomic_add(bf16 *p, bf16 x) {
    asm volatile("{ .reg .u64 at; cvta.to.global.u64 at, %0; red.global.add.noftz.bf16 [at], %1; }"
                 ::"l"(p), "h"(x.bits) : "memory");
}
HOST_DEVICE void atomic_add(bf16x2 *p, bf16x2 x) {
    asm volatile("{ .reg .u64 at; cvta.to.global.u64 at, %0; red.global.add.noftz.bf16x2 [at], %1; }"
                 ::"l"(p), "r"(x.bits) : "memory");
}

#else

HOST_DEVICE void atomic_add(bf16 *p, bf16 x) {
    atomic_update(&p->bits, [&](u16 bits) { return sum_bits(bf16{bits}, x); });
}
HOST_DEVICE void atomic_add(bf16x2 *p, bf16x2 x) {
    atomic_update(&p->bits, [&](u32 bits) { return sum_of_halves<bf16>(bits, x.bits); });
}

#endif
