// arch: 80   matrix products of f64 on tensor cores
#include "gemm_exact.cuh"

KERNEL_BLOCKS(128, 3, gemm_64x64_f64, Gemm g) { gemm_exact_f64(g); }
