// arch: 75   unary functions of i64
#include "unary.cuh"

UNARY_INTEGER_KERNELS(i64)
