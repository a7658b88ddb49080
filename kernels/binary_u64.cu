// arch: 75   binary functions of u64
#include "binary.cuh"

BINARY_INTEGER_KERNELS(u64)
