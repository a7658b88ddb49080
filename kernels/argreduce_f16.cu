// arch: 75   argmax and argmin of f16
#include "reduce.cuh"

ARGREDUCE_FLOATS(f16, f16)
