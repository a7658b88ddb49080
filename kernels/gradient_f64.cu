// arch: 75   gradients of unary functions of f64
#include "gradient.cuh"

GRADIENT_KERNELS(f64)
