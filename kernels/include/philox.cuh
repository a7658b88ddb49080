// Counter-based random numbers: Philox4x32-10. The same numbers as src/random.rs: word i of a fill is lane i % 4 of block
// offset + i / 4 of the stream of the seed.
#pragma once
#include "types.cuh"

// Block `number` of the stream of `seed`.
HOST_DEVICE Vec<u32, 4> philox(u64 seed, u64 number) {
    u32 a = (u32)number, b = (u32)(number >> 32), c = 0, d = 0;
    u32 k = (u32)seed, l = (u32)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        u64 p = (u64)0xD2511F53u * a, q = (u64)0xCD9E8D57u * c;
        a = (u32)(q >> 32) ^ b ^ k;
        b = (u32)q;
        c = (u32)(p >> 32) ^ d ^ l;
        d = (u32)p;
        k += 0x9E3779B9u;
        l += 0xBB67AE85u;
    }
    return {{a, b, c, d}};
}
