// arch: 80   matrix products of f16 on tensor cores, in tiles of 64 × 64
#include "gemm_mma.cuh"

GEMM_MMA(MmaF16, f16, 64, 64, 128, 32, 32, 3)
