// arch: 75 80  cross entropy of bf16 with class numbers, and its gradient
#include "cross_entropy.cuh"

CROSS_ENTROPY(bf16, bf16)
