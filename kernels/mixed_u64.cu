// arch: 75   elementwise functions over operands of any dtypes, computed in u64
#include "mixed_functions.cuh"

MIXED_KERNELS(u64)
