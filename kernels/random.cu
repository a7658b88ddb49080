// arch: 75   fmad: off   Random fills: rand, randn, randint. The meaning is src/cpu/random.rs, and so are the numbers.
// Fused multiplications and additions stand where src/cpu/math.rs has them, and nowhere else.
#include "pack.cuh"
#include "philox.cuh"

constexpr u32 THREADS = 256;

HOST_DEVICE u64 thread_number() { return (u64)blockIdx.x * THREADS + threadIdx.x; }

// Stores the thread's elements, of which those past `n` do not exist. `out` is aligned to 16 bytes.
template <class T, int E>
HOST_DEVICE void put(T *out, u64 n, const Pack<T, E> &pack) {
    u64 first = thread_number() * E;
    if (first + E <= n) pack.store(out + first);
    else if (first < n) pack.store_some(out + first, (i64)(n - first));
}

// 53 random bits in [0, 1).
HOST_DEVICE f64 unit_f64(u32 low, u32 high) {
    u64 bits = (u64)high << 32 | low;
    return (f64)(bits >> 11) * (1.0 / 9007199254740992.0);
}

// In [0, 1), with BITS random bits.
template <class T, int BITS>
HOST_DEVICE void uniform(T *out, u64 n, u64 seed, u64 offset) {
    constexpr int E = 16 / sizeof(T);
    Pack<T, E> pack;
#pragma unroll
    for (int k = 0; k < E; k += 4) {
        Vec<u32, 4> words = philox(seed, offset + (thread_number() * E + k) / 4);
#pragma unroll
        for (int j = 0; j < 4; j++)
            pack.at[k + j] = convert<T>((f32)(words.at[j] >> (32 - BITS)) * (1.0f / (f32)(1u << BITS)));
    }
    put(out, n, pack);
}

KERNEL(THREADS, uniform_f32, f32 *out, u64 n, u64 seed, u64 offset) { uniform<f32, 24>(out, n, seed, offset); }
KERNEL(THREADS, uniform_f16, f16 *out, u64 n, u64 seed, u64 offset) { uniform<f16, 11>(out, n, seed, offset); }
KERNEL(THREADS, uniform_bf16, bf16 *out, u64 n, u64 seed, u64 offset) { uniform<bf16, 8>(out, n, seed, offset); }
KERNEL(THREADS, uniform_f64, f64 *out, u64 n, u64 seed, u64 offset) {
    Vec<u32, 4> words = philox(seed, offset + thread_number());
    Pack<f64, 2> pack;
    pack.at[0] = unit_f64(words.at[0], words.at[1]);
    pack.at[1] = unit_f64(words.at[2], words.at[3]);
    put(out, n, pack);
}

// ln x for normal positive x: `log` of src/cpu/math.rs.
HOST_DEVICE f32 log_normal(f32 x) {
    constexpr f32 LN2_HIGH = 355.0f / 512.0f, LN2_LOW = -2.1219444e-4f;
    // x = m·2^e with m in [√½, √2).
    u32 bits = bits_of(x) + (0x3F800000u - 0x3F3504F3u);
    f32 e = (f32)((i32)(bits >> 23) - 127);
    f32 m = f32_from_bits((bits & 0x007FFFFFu) + 0x3F3504F3u);
    f32 f = m - 1.0f, z = f * f;
    f32 p = 7.0376836e-2f;
    p = fmaf(p, f, -1.151461e-1f);
    p = fmaf(p, f, 1.1676999e-1f);
    p = fmaf(p, f, -1.2420141e-1f);
    p = fmaf(p, f, 1.4249323e-1f);
    p = fmaf(p, f, -1.6668058e-1f);
    p = fmaf(p, f, 2.0000715e-1f);
    p = fmaf(p, f, -2.4999994e-1f);
    p = fmaf(p, f, 3.3333331e-1f);
    f32 y = fmaf(z, -0.5f, fmaf(p * f, z, e * LN2_LOW));
    return fmaf(e, LN2_HIGH, f + y);
}

// sin x and cos x for 0 ≤ x ≤ 2π, in f64 as `sin_cos` of src/cpu/math.rs.
HOST_DEVICE void sin_cos(f32 angle, f32 &sin, f32 &cos) {
    constexpr f64 FRAC_2_PI = 0.636619772367581343075535053490057448, ROUNDER = 6755399441055744.0;
    constexpr f64 HALF_PI_HIGH = 1.5707963267341256, HALF_PI_LOW = 6.077100506506192e-11;
    f64 x = angle;
    f64 n = x * FRAC_2_PI + ROUNDER - ROUNDER;
    f64 r = x - n * HALF_PI_HIGH - n * HALF_PI_LOW;
    f64 z = r * r, w = z * z;
    f32 sine = (f32)(r * (1.0 + z * (-0.16666666641626524 + z * 0.008333329385889463)
                          + z * w * (-0.00019839334836096632 + z * 2.718311493989822e-6)));
    f32 cosine = (f32)(1.0 - z * 0.499999997251031 + w * 0.04166662332373906
                       + w * z * (-0.001388676377460993 + z * 2.439044879627741e-5));
    u32 quadrant = (u32)(i32)n;
    sin = f32_from_bits(bits_of(quadrant & 1 ? cosine : sine) ^ (quadrant & 2) << 30);
    cos = f32_from_bits(bits_of(quadrant & 1 ? sine : cosine) ^ ((quadrant + 1) & 2) << 30);
}

// r·cos θ and r·sin θ with r = √(−2 ln u₁), θ = 2π·u₂ (Box and Muller).
HOST_DEVICE void normal_pair(u32 first, u32 second, f32 &even, f32 &odd) {
    constexpr f32 UNIT = 1.0f / 4294967296.0f, TAU = 6.28318530717958647692528676655900577f;
    // In (0, 1].
    f32 u = (f32)first * UNIT + 0.5f * UNIT;
    f32 sin, cos, r = sqrtf(fmaxf(-2.0f * log_normal(u), 0.0f));
    sin_cos((f32)second * (UNIT * TAU), sin, cos);
    even = r * cos;
    odd = r * sin;
}

template <class T>
HOST_DEVICE void normal(T *out, u64 n, u64 seed, u64 offset) {
    constexpr int E = 16 / sizeof(T);
    Pack<T, E> pack;
#pragma unroll
    for (int k = 0; k < E; k += 4) {
        Vec<u32, 4> words = philox(seed, offset + (thread_number() * E + k) / 4);
#pragma unroll
        for (int j = 0; j < 4; j += 2) {
            f32 even, odd;
            normal_pair(words.at[j], words.at[j + 1], even, odd);
            pack.at[k + j] = convert<T>(even);
            pack.at[k + j + 1] = convert<T>(odd);
        }
    }
    put(out, n, pack);
}

KERNEL(THREADS, normal_f32, f32 *out, u64 n, u64 seed, u64 offset) { normal(out, n, seed, offset); }
KERNEL(THREADS, normal_f16, f16 *out, u64 n, u64 seed, u64 offset) { normal(out, n, seed, offset); }
KERNEL(THREADS, normal_bf16, bf16 *out, u64 n, u64 seed, u64 offset) { normal(out, n, seed, offset); }
// log, sin and cos are the device's here and libm's on the CPU: the last bits differ.
KERNEL(THREADS, normal_f64, f64 *out, u64 n, u64 seed, u64 offset) {
    Vec<u32, 4> words = philox(seed, offset + thread_number());
    f64 sine, cosine, r = sqrt(-2.0 * log(1.0 - unit_f64(words.at[0], words.at[1])));
    sincos(unit_f64(words.at[2], words.at[3]) * 6.28318530717958647692528676655900577, &sine, &cosine);
    Pack<f64, 2> pack;
    pack.at[0] = r * cosine;
    pack.at[1] = r * sine;
    put(out, n, pack);
}

template <class T>
HOST_DEVICE void put_as(void *out, u64 n, const i64 (&values)[4]) {
    Pack<T, 4> pack;
#pragma unroll
    for (int k = 0; k < 4; k++) pack.at[k] = convert<T>(values[k]);
    put((T *)out, n, pack);
}

// low + ⌊x·range / 2^64⌋ for a random x of 64 bits.
KERNEL(THREADS, randint, void *out, i32 dtype, u64 n, i64 low, u64 range, u64 seed, u64 offset) {
    i64 values[4];
#pragma unroll
    for (int k = 0; k < 4; k += 2) {
        Vec<u32, 4> words = philox(seed, offset + thread_number() * 2 + k / 2);
#pragma unroll
        for (int j = 0; j < 2; j++) {
            u64 x = (u64)words.at[2 * j + 1] << 32 | words.at[2 * j];
            values[k + j] = (i64)((u64)low + __umul64hi(x, range));
        }
    }
    switch (dtype) {
        case BOOL: put_as<boolean>(out, n, values); break;
        case U8: case I8: put_as<u8>(out, n, values); break;
        case U16: case I16: put_as<u16>(out, n, values); break;
        case U32: case I32: put_as<u32>(out, n, values); break;
        case U64: case I64: put_as<i64>(out, n, values); break;
        case F16: put_as<f16>(out, n, values); break;
        case BF16: put_as<bf16>(out, n, values); break;
        case F32: put_as<f32>(out, n, values); break;
        default: put_as<f64>(out, n, values); break;
    }
}
