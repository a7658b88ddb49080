// arch: 75   binary functions of f16
#include "binary.cuh"

BINARY_FLOAT_KERNELS(f16)
