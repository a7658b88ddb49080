// arch: 75   logical_not of bool
#include "unary.cuh"

UNARY_KERNEL_OF(logical_not, bool, boolean)
