// arch: 75   unary functions of i32
#include "unary.cuh"

UNARY_INTEGER_KERNELS(i32)
