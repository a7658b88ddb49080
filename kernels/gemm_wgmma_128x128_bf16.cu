// arch: 90a   matrix products of bf16 by warpgroups, in tiles of 128 × 128
#include "gemm_wgmma.cuh"

GEMM_WGMMA(WgmmaBF16, bf16, 128, 4)
