// arch: 75   unary functions of i16
#include "unary.cuh"

UNARY_INTEGER_KERNELS(i16)
