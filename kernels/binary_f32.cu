// arch: 75   binary functions of f32
#include "binary.cuh"

BINARY_FLOAT_KERNELS(f32)
