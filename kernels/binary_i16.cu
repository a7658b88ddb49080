// arch: 75   binary functions of i16
#include "binary.cuh"

BINARY_INTEGER_KERNELS(i16)
