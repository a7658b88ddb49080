// arch: 75   matrix products of integers, which wrap: what a sum's sign bits are does not change its low bits, so that
// signed integers go by the unsigned ones of their size
#include "gemm_simt.cuh"

GEMM_SIMT(u8, u32, 64, 64, 16, 4, 4, 2)
GEMM_SIMT(u16, u32, 64, 64, 16, 4, 4, 2)
GEMM_SIMT(u32, u32, 64, 64, 16, 4, 4, 2)
GEMM_SIMT(u64, u64, 64, 64, 16, 4, 4, 2)
