// arch: 75   sum, max, min and var of bf16
#include "reduce.cuh"

REDUCE_FLOATS(bf16, bf16)
