// arch: 80   matrix products of f16 on tensor cores
#include "gemm_mma.cuh"

GEMM_MMA_TILES(MmaF16, f16)
