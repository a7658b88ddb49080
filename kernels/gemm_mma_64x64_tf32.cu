// arch: 80   matrix products of f32, rounded to tf32, on tensor cores, in tiles of 64 × 64
#include "gemm_mma.cuh"

GEMM_MMA(MmaTF32, tf32, 64, 64, 128, 32, 32, 3)
