// arch: 75   matrix products of f64 without tensor cores
#include "gemm_simt.cuh"

GEMM_SIMT(f64, f64, 64, 64, 16, 4, 4, 2)
