// arch: 75   unary functions of i8
#include "unary.cuh"

UNARY_INTEGER_KERNELS(i8)
