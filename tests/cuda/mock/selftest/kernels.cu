// arch: 75   kernels that only the tests of the mock launch; no part of the library
#include "block.cuh"

struct SelftestShape {
    i64 rows, columns;
    f32 factor;
};

// y = factor · x, by any grid.
KERNEL(256, selftest_scale, f32 *y, const f32 *x, SelftestShape shape) {
    i64 n = shape.rows * shape.columns, step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) y[i] = shape.factor * x[i];
}

// y[b] = Σ x over block b's part, through dynamic shared memory.
KERNEL(128, selftest_sum, f32 *y, const f32 *x, i32 n) {
    DYNAMIC_SHARED(f32, part);
    i32 i = (i32)(blockIdx.x * blockDim.x + threadIdx.x);
    part[threadIdx.x] = i < n ? x[i] : 0;
    __syncthreads();
    for (u32 step = blockDim.x / 2; step; step /= 2) {
        if (threadIdx.x < step) part[threadIdx.x] += part[threadIdx.x + step];
        __syncthreads();
    }
    if (threadIdx.x == 0) y[blockIdx.x] = part[0];
}

// Writes one element past the end of y when told to.
KERNEL(32, selftest_overrun, f32 *y, i32 n, u8 past) {
    if (threadIdx.x == 0)
        for (i32 i = 0; i < n + (past ? 1 : 0); i++) y[i] = 1;
}
