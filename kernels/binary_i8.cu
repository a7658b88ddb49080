// arch: 75   binary functions of i8
#include "binary.cuh"

BINARY_INTEGER_KERNELS(i8)
