// arch: 75   elementwise functions over operands of any dtypes, computed in f64
#include "mixed_functions.cuh"

MIXED_KERNELS(f64)
