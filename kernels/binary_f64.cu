// arch: 75   binary functions of f64
#include "binary.cuh"

BINARY_FLOAT_KERNELS(f64)
