// arch: 75   gradients of unary functions of f16
#include "gradient.cuh"

GRADIENT_KERNELS(f16)
