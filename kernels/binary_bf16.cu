// arch: 75   binary functions of bf16
#include "binary.cuh"

BINARY_FLOAT_KERNELS(bf16)
