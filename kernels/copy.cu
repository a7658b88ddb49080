// arch: 75   copies between layouts
#include "walk.cuh"

struct Identity {
    static constexpr bool ROLLED = false;
    template <class L>
    HOST_DEVICE auto operator()(const L &lines, int i) const { return lines.x[i]; }
};

// The bits as they are, by the size of the elements.
#define COPY_KERNELS(t)                                                                            \
    KERNEL(WALK_THREADS, copy_##t, Walk<2> w) { walk_lines<t, t>(w, Identity()); }                 \
    KERNEL(WALK_THREADS, copy_any_##t, Walk<2> w) { walk_any<GROUP<t>, t, t>(w, Identity()); }
COPY_KERNELS(u8)
COPY_KERNELS(u16)
COPY_KERNELS(u32)
COPY_KERNELS(u64)

// More dims than a nest holds: slow, and always possible.
struct Deep {
    void *base[2];  // of element [0, 0, …]; source, destination
    i64 count;
    i32 rank, bytes;  // bytes of an element
    i64 size[64];     // dim 0 the innermost
    i64 stride[2][64];
};

KERNEL(256, copy_deep, Deep deep) {
    for (i64 n = (i64)blockIdx.x * blockDim.x + threadIdx.x; n < deep.count; n += (i64)gridDim.x * blockDim.x) {
        i64 rest = n, from = 0, to = 0;
        for (int d = 0; d < deep.rank; d++) {
            i64 i = rest % deep.size[d];
            rest /= deep.size[d];
            from += i * deep.stride[0][d];
            to += i * deep.stride[1][d];
        }
        switch (deep.bytes) {
            case 1: static_cast<u8 *>(deep.base[1])[to] = static_cast<const u8 *>(deep.base[0])[from]; break;
            case 2: static_cast<u16 *>(deep.base[1])[to] = static_cast<const u16 *>(deep.base[0])[from]; break;
            case 4: static_cast<u32 *>(deep.base[1])[to] = static_cast<const u32 *>(deep.base[0])[from]; break;
            default: static_cast<u64 *>(deep.base[1])[to] = static_cast<const u64 *>(deep.base[0])[from]; break;
        }
    }
}
