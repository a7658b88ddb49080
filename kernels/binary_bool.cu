// arch: 75   comparisons and logical functions of bool
#include "binary.cuh"

COMPARISON_KERNELS_OF(bool, boolean)
