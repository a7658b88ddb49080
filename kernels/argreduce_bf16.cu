// arch: 75   argmax and argmin of bf16
#include "reduce.cuh"

ARGREDUCE_FLOATS(bf16, bf16)
