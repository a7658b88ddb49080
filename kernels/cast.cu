// arch: 75  copies that change the dtype
#include "cast.cuh"
#include "mixed.cuh"

CAST_KERNEL(f32, f16)
CAST_KERNEL(f32, bf16)
CAST_KERNEL(f32, f64)
CAST_KERNEL(f32, i64)
CAST_KERNEL(f16, f32)
CAST_KERNEL(f16, bf16)
CAST_KERNEL(f16, f64)
CAST_KERNEL(bf16, f32)
CAST_KERNEL(bf16, f16)
CAST_KERNEL(bf16, f64)
CAST_KERNEL(f64, f32)
CAST_KERNEL(f64, f16)
CAST_KERNEL(f64, bf16)
CAST_KERNEL_OF(bool, boolean, f32)
CAST_KERNEL(u8, f32)
CAST_KERNEL(i32, f32)
CAST_KERNEL(i64, f32)

// Any dtypes and layouts, by way of the class of the source.
template <class C>
HOST_DEVICE void copy_mixed(const Mixed<2> &m) {
    i64 at[2][MIXED_COUNT];
    const int count = mixed_places(m.nest, at);
    if (count == 0) return;
    C x[MIXED_COUNT];
    load_all_as(m.base[0], at[0], m.dtype[0], x);
    store_all_as(m.base[1], at[1], count, m.dtype[1], x);
}

KERNEL(MIXED_THREADS, copy_mixed_f32, Mixed<2> m) { copy_mixed<f32>(m); }
KERNEL(MIXED_THREADS, copy_mixed_f64, Mixed<2> m) { copy_mixed<f64>(m); }
KERNEL(MIXED_THREADS, copy_mixed_i64, Mixed<2> m) { copy_mixed<i64>(m); }
KERNEL(MIXED_THREADS, copy_mixed_u64, Mixed<2> m) { copy_mixed<u64>(m); }
