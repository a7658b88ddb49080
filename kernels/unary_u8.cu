// arch: 75   unary functions of u8
#include "unary.cuh"

UNARY_INTEGER_KERNELS(u8)
