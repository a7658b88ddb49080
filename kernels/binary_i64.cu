// arch: 75   binary functions of i64
#include "binary.cuh"

BINARY_INTEGER_KERNELS(i64)
