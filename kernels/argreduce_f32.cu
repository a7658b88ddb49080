// arch: 75   argmax and argmin of f32
#include "reduce.cuh"

ARGREDUCE_FLOATS(f32, f32)
