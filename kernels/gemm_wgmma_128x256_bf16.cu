// arch: 90a   matrix products of bf16 by warpgroups, in tiles of 128 × 256
#include "gemm_wgmma.cuh"

GEMM_WGMMA(WgmmaBF16, bf16, 256, 4)
