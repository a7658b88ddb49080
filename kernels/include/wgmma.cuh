// Warpgroup matrix products (wgmma, sm_90a): four warps multiply tiles that lie in shared memory, while they go on.
// On the host they are emulated by tests/cuda/host/wgmma_on_host.h.
#pragma once
#include "mma.cuh"

// A tile of 16-bit elements in shared memory, in lines of 128 bytes that start at multiples of 1024 bytes by eights, the
// chunk c of 16 bytes of line i at place c ^ (i % 8) ("128-byte swizzle").
//   along k: lines are rows of A or columns of B, 64 elements of k each
//   across:  lines are k, 64 rows of A or columns of B each; the next 64 lie `leading` bytes on

#ifdef TENDON_ON_HOST
#include "wgmma_on_host.h"
#else

// Where a tile begins and how it goes on (PTX ISA, "matrix descriptor").
typedef u64 TileDescriptor;

HOST_DEVICE TileDescriptor tile_descriptor(SharedAddress start, u32 leading) {
    // Start, leading offset, stride (eight lines), each by 16 bytes in 14 bits; swizzle mode 1 is that of 128 bytes.
    return (u64)(start >> 4 & 0x3fff) | (u64)(leading >> 4) << 16 | (u64)(1024 >> 4) << 32 | 1ull << 62;
}

HOST_DEVICE TileDescriptor moved(TileDescriptor d, u32 bytes) { return d + (bytes >> 4); }

HOST_DEVICE SharedAddress aligned_to_1024(SharedAddress p) { return (p + 1023) & ~1023u; }

// What this thread wrote to shared memory, by cp.async too once that was waited for, will be seen by wgmma.
HOST_DEVICE void fence_for_wgmma() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Before a wgmma that reads registers which other instructions wrote.
HOST_DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
HOST_DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// Waits until at most the N youngest groups of the warpgroup are being computed.
template <int N>
HOST_DEVICE void wgmma_wait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
}

// d += a·b on a 64 × n tile, k = 16; n is 128 for each d[i]. Warp w of the warpgroup has rows 16·w + g and 16·w + g + 8,
// where lane = 4·g + t, and of each 8 columns the two at 2t: d[·][0][j][0 and 1], [2 and 3] for columns 8·j.
#define WGMMA_4(d, i) \
    "+f"(d[(i) / 64][0][(i) / 4 % 16][0]), "+f"(d[(i) / 64][0][(i) / 4 % 16][1]), "+f"(d[(i) / 64][0][(i) / 4 % 16][2]), \
        "+f"(d[(i) / 64][0][(i) / 4 % 16][3])

template <bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void wgmma_f16(f32 (&d)[1][1][16][4], TileDescriptor a, TileDescriptor b) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, p, 1, 1, %67, %68;\n}"
        : WGMMA_4(d, 0), WGMMA_4(d, 4), WGMMA_4(d, 8), WGMMA_4(d, 12),
        WGMMA_4(d, 16), WGMMA_4(d, 20), WGMMA_4(d, 24), WGMMA_4(d, 28),
        WGMMA_4(d, 32), WGMMA_4(d, 36), WGMMA_4(d, 40), WGMMA_4(d, 44),
        WGMMA_4(d, 48), WGMMA_4(d, 52), WGMMA_4(d, 56), WGMMA_4(d, 60)
        : "l"(a), "l"(b), "r"(1), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}

template <bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void wgmma_f16(f32 (&d)[2][1][16][4], TileDescriptor a, TileDescriptor b) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
        "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
        "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, p, 1, 1, %131, %132;\n}"
        : WGMMA_4(d, 0), WGMMA_4(d, 4), WGMMA_4(d, 8), WGMMA_4(d, 12),
        WGMMA_4(d, 16), WGMMA_4(d, 20), WGMMA_4(d, 24), WGMMA_4(d, 28),
        WGMMA_4(d, 32), WGMMA_4(d, 36), WGMMA_4(d, 40), WGMMA_4(d, 44),
        WGMMA_4(d, 48), WGMMA_4(d, 52), WGMMA_4(d, 56), WGMMA_4(d, 60),
        WGMMA_4(d, 64), WGMMA_4(d, 68), WGMMA_4(d, 72), WGMMA_4(d, 76),
        WGMMA_4(d, 80), WGMMA_4(d, 84), WGMMA_4(d, 88), WGMMA_4(d, 92),
        WGMMA_4(d, 96), WGMMA_4(d, 100), WGMMA_4(d, 104), WGMMA_4(d, 108),
        WGMMA_4(d, 112), WGMMA_4(d, 116), WGMMA_4(d, 120), WGMMA_4(d, 124)
        : "l"(a), "l"(b), "r"(1), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}

template <bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void wgmma_bf16(f32 (&d)[1][1][16][4], TileDescriptor a, TileDescriptor b) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, p, 1, 1, %67, %68;\n}"
        : WGMMA_4(d, 0), WGMMA_4(d, 4), WGMMA_4(d, 8), WGMMA_4(d, 12),
        WGMMA_4(d, 16), WGMMA_4(d, 20), WGMMA_4(d, 24), WGMMA_4(d, 28),
        WGMMA_4(d, 32), WGMMA_4(d, 36), WGMMA_4(d, 40), WGMMA_4(d, 44),
        WGMMA_4(d, 48), WGMMA_4(d, 52), WGMMA_4(d, 56), WGMMA_4(d, 60)
        : "l"(a), "l"(b), "r"(1), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}

template <bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void wgmma_bf16(f32 (&d)[2][1][16][4], TileDescriptor a, TileDescriptor b) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
        "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
        "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, p, 1, 1, %131, %132;\n}"
        : WGMMA_4(d, 0), WGMMA_4(d, 4), WGMMA_4(d, 8), WGMMA_4(d, 12),
        WGMMA_4(d, 16), WGMMA_4(d, 20), WGMMA_4(d, 24), WGMMA_4(d, 28),
        WGMMA_4(d, 32), WGMMA_4(d, 36), WGMMA_4(d, 40), WGMMA_4(d, 44),
        WGMMA_4(d, 48), WGMMA_4(d, 52), WGMMA_4(d, 56), WGMMA_4(d, 60),
        WGMMA_4(d, 64), WGMMA_4(d, 68), WGMMA_4(d, 72), WGMMA_4(d, 76),
        WGMMA_4(d, 80), WGMMA_4(d, 84), WGMMA_4(d, 88), WGMMA_4(d, 92),
        WGMMA_4(d, 96), WGMMA_4(d, 100), WGMMA_4(d, 104), WGMMA_4(d, 108),
        WGMMA_4(d, 112), WGMMA_4(d, 116), WGMMA_4(d, 120), WGMMA_4(d, 124)
        : "l"(a), "l"(b), "r"(1), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}

#undef WGMMA_4
#endif
