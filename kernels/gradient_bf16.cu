// arch: 75 80  gradients of unary functions of bf16
#include "gradient.cuh"

GRADIENT_KERNELS(bf16)
