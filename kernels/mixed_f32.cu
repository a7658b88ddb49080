// arch: 75   elementwise functions over operands of any dtypes, computed in f32
#include "mixed_functions.cuh"

MIXED_KERNELS(f32)
