// arch: 90a   matrix products of f16 by warpgroups, in tiles of 128 × 256
#include "gemm_wgmma.cuh"

GEMM_WGMMA(WgmmaF16, f16, 256, 4)
