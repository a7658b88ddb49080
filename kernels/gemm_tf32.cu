// arch: 80   matrix products of f32, rounded to tf32, on tensor cores
#include "gemm_mma.cuh"

GEMM_MMA_TILES(MmaTF32, tf32)
