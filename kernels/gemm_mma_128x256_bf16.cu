// arch: 80   matrix products of bf16 on tensor cores, in tiles of 128 × 256
#include "gemm_mma.cuh"

GEMM_MMA(MmaBF16, bf16, 128, 256, 128, 64, 64, 3)
