// arch: 75   unary functions of f32
#include "unary.cuh"

UNARY_FLOAT_KERNELS(f32)
