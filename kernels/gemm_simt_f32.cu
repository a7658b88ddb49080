// arch: 75   matrix products of f32, exact, for devices without cp.async
#include "gemm_simt.cuh"

GEMM_SIMT(f32, f32, 128, 128, 16, 8, 8, 1)
GEMM_SIMT(f32, f32, 64, 64, 16, 4, 4, 2)
