// arch: 75   unary functions of u32
#include "unary.cuh"

UNARY_INTEGER_KERNELS(u32)
