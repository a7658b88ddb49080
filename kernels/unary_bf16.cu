// arch: 75   unary functions of bf16
#include "unary.cuh"

UNARY_FLOAT_KERNELS(bf16)
