// arch: 75 80  unary functions of bf16
#include "unary.cuh"

UNARY_FLOAT_KERNELS(bf16)
