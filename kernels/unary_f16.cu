// arch: 75   unary functions of f16
#include "unary.cuh"

UNARY_FLOAT_KERNELS(f16)
