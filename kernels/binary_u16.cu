// arch: 75   binary functions of u16
#include "binary.cuh"

BINARY_INTEGER_KERNELS(u16)
