// arch: 75   binary functions of u32
#include "binary.cuh"

BINARY_INTEGER_KERNELS(u32)
