// arch: 75   unary functions of u16
#include "unary.cuh"

UNARY_INTEGER_KERNELS(u16)
