// arch: 80   matrix products of f32, exact: every product and sum in f32
#include "gemm_exact.cuh"

KERNEL_BLOCKS(256, 2, gemm_128x128_f32, Gemm g) { gemm_exact_f32(g); }
