// arch: 75   unary functions of f64
#include "unary.cuh"

UNARY_FLOAT_KERNELS(f64)
