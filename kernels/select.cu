// arch: 75   torch.where, by the size of the elements
#include "mixed.cuh"
#include "walk.cuh"

struct Select {
    static constexpr bool ROLLED = false;
    template <class L>
    HOST_DEVICE auto operator()(const L &lines, int i) const {
        return lines.x[i].byte != 0 ? lines.rest.x[i] : lines.rest.rest.x[i];
    }
};

#define SELECT_KERNELS(t)                                                                             \
    KERNEL(WALK_THREADS, select_##t, Walk<4> w) { walk_lines<t, boolean, t, t>(w, Select()); }        \
    KERNEL(WALK_THREADS, select_any_##t, Walk<4> w) {                                                 \
        walk_any<(GROUP<t> < 4 ? GROUP<t> : 4), t, boolean, t, t>(w, Select());                       \
    }
SELECT_KERNELS(u8)
SELECT_KERNELS(u16)
SELECT_KERNELS(u32)
SELECT_KERNELS(u64)

// Converts element i to element j as a C cast does, by way of the class of its dtype.
NOINLINE void convert_element(const void *from, i64 i, i32 from_dtype, void *to, i64 j, i32 to_dtype) {
    switch (from_dtype) {
        case F16:
        case BF16:
        case F32: return store_as(to, j, to_dtype, load_as<f32>(from, i, from_dtype));
        case F64: return store_as(to, j, to_dtype, static_cast<const f64 *>(from)[i]);
        case U64: return store_as(to, j, to_dtype, static_cast<const u64 *>(from)[i]);
        default: return store_as(to, j, to_dtype, load_as<i64>(from, i, from_dtype));
    }
}

// out = cond ? a : b, of any dtypes.
KERNEL(MIXED_THREADS, select_mixed, Mixed<4> m) {
    i64 at[4][MIXED_COUNT];
    const int count = mixed_places(m.nest, at);
    boolean cond[MIXED_COUNT];
    if (count > 0) load_all_as(m.base[0], at[0], m.dtype[0], cond);
#pragma unroll
    for (int i = 0; i < MIXED_COUNT; i++) {
        if (i >= count) break;
        const bool first = cond[i].byte != 0;
        convert_element(first ? m.base[1] : m.base[2], first ? at[1][i] : at[2][i], first ? m.dtype[1] : m.dtype[2],
                        m.base[3], at[3][i], m.dtype[3]);
    }
}
