// arch: 80   matrix products of bf16 on tensor cores
#include "gemm_mma.cuh"

GEMM_MMA_TILES(MmaBF16, bf16)
