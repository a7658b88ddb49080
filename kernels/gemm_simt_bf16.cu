// arch: 75   matrix products of bf16 without tensor cores, summed in f32
#include "gemm_simt.cuh"

GEMM_SIMT(bf16, f32, 128, 128, 16, 8, 8, 1)
GEMM_SIMT(bf16, f32, 64, 64, 16, 4, 4, 2)
