// arch: 75   gradients of unary functions of f32
#include "gradient.cuh"

GRADIENT_KERNELS(f32)
