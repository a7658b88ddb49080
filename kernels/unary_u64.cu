// arch: 75   unary functions of u64
#include "unary.cuh"

UNARY_INTEGER_KERNELS(u64)
