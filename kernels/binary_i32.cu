// arch: 75   binary functions of i32
#include "binary.cuh"

BINARY_INTEGER_KERNELS(i32)
