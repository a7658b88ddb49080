// arch: 75   copies of matrices whose lines start at multiples of 16 bytes, for kernels that need that
#include "nest.cuh"

// to[batch, line, ·] = from[batch, line, ·]: `lines` lines of `count` elements, `stride` and `inner` apart, to lines of
// `width` elements, a multiple of 16 bytes. What lies behind `count` in a line becomes 0.
template <class S>
HOST_DEVICE void gemm_pack(const S *from, i64 lines, i64 count, i64 stride, i64 inner, Nest<1> batch, S *to, i64 width) {
    constexpr int CHUNK = 16 / (int)sizeof(S);
    u32 number = blockIdx.z * gridDim.y + blockIdx.y;
    if (number >= batch.count) return;
    i64 line = (i64)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;  // one to a warp
    if (line >= lines) return;
    i64 at[1];
    batch.places(number, at);
    from += at[0] + line * stride;
    to += (number * lines + line) * width;
    for (i64 first = threadIdx.x % 32 * CHUNK; first < width; first += 32 * CHUNK) {
        Vec<S, CHUNK> v;
#pragma unroll
        for (int i = 0; i < CHUNK; i++) {
            v.at[i] = S{};
            if (first + i < count) v.at[i] = from[(first + i) * inner];
        }
        *(Vec<S, CHUNK> *)(to + first) = v;
    }
}

#define GEMM_PACK(bits)                                                                                                \
    KERNEL(256, gemm_pack_##bits, const u##bits *from, i64 lines, i64 count, i64 stride, i64 inner, Nest<1> batch,     \
           u##bits *to, i64 width) {                                                                                   \
        gemm_pack<u##bits>(from, lines, count, stride, inner, batch, to, width);                                       \
    }
GEMM_PACK(16)
GEMM_PACK(32)
