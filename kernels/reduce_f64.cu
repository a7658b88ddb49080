// arch: 75   sum, max, min and var of f64
#include "reduce.cuh"

REDUCE_FLOATS(f64, f64)
