// arch: 75   sum, max, min and var of f16
#include "reduce.cuh"

REDUCE_FLOATS(f16, f16)
