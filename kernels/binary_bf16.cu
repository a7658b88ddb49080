// arch: 75 80  binary functions of bf16
#include "binary.cuh"

BINARY_FLOAT_KERNELS(bf16)
