// arch: 80   matrix products of bf16 on tensor cores, in tiles of 64 × 64
#include "gemm_mma.cuh"

GEMM_MMA(MmaBF16, bf16, 64, 64, 128, 32, 32, 3)
