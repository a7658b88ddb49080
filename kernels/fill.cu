// arch: 75   fmad: off   tensors from nothing, with the CPU's numbers to the last bit
#include "walk.cuh"

template <class T>
struct Constant {
    static constexpr bool ROLLED = false;
    T value;
    template <class L>
    HOST_DEVICE T operator()(const L &, int) const { return value; }
};

#define FILL_KERNELS(t)                                                                                          \
    KERNEL(WALK_THREADS, fill_##t, Walk<1> w) { walk_lines<t>(w, Constant<t>{from_bits<t>(w.value[0])}); }      \
    KERNEL(WALK_THREADS, fill_any_##t, Walk<1> w) {                                                             \
        walk_any<GROUP<t>, t>(w, Constant<t>{from_bits<t>(w.value[0])});                                        \
    }
FILL_KERNELS(u8)
FILL_KERNELS(u16)
FILL_KERNELS(u32)
FILL_KERNELS(u64)

// The elements of this thread, of n in C order.
#define EACH_ELEMENT(i, n) \
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (i64)gridDim.x * blockDim.x)

// start + i·step
KERNEL(256, arange_float, void *out, i64 n, f64 start, f64 step, i32 dtype) {
    EACH_ELEMENT(i, n) store_as(out, i, dtype, start + (f64)i * step);
}

KERNEL(256, arange_integer, void *out, i64 n, i64 start, i64 step, i32 dtype) {
    EACH_ELEMENT(i, n) store_as(out, i, dtype, (i64)((u64)start + (u64)i * (u64)step));
}

// start + i·step in the first half, end − (n−1−i)·step in the second.
KERNEL(256, linspace, void *out, i64 n, f64 start, f64 end, f64 step, i32 dtype) {
    EACH_ELEMENT(i, n) {
        f64 low = start + (f64)i * step, high = end - (f64)(n - 1 - i) * step;
        store_as(out, i, dtype, i < n / 2 || n == 1 ? low : high);
    }
}

// Ones at distances of `step`.
KERNEL(256, diagonal, void *out, i64 n, i64 step, i32 dtype) {
    EACH_ELEMENT(i, n) store_as(out, i * step, dtype, (i64)1);
}
