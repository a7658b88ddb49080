// arch: 75   binary functions of u8
#include "binary.cuh"

BINARY_INTEGER_KERNELS(u8)
