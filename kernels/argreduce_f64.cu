// arch: 75   argmax and argmin of f64
#include "reduce.cuh"

ARGREDUCE_FLOATS(f64, f64)
