// arch: 80   matrix products of f16 on tensor cores, in tiles of 128 × 256
#include "gemm_mma.cuh"

GEMM_MMA(MmaF16, f16, 128, 256, 128, 64, 64, 3)
