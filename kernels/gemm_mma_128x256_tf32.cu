// arch: 80   matrix products of f32, rounded to tf32, on tensor cores, in tiles of 128 × 256
#include "gemm_mma.cuh"

GEMM_MMA(MmaTF32, tf32, 128, 256, 128, 64, 64, 3)
