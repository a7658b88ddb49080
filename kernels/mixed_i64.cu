// arch: 75   elementwise functions over operands of any dtypes, computed in i64
#include "mixed_functions.cuh"

MIXED_KERNELS(i64)
