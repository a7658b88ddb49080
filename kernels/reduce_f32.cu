// arch: 75   sum, max, min and var of f32
#include "reduce.cuh"

REDUCE_FLOATS(f32, f32)
