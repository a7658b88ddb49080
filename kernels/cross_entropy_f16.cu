// arch: 75   cross entropy of f16 with class numbers, and its gradient
#include "cross_entropy.cuh"

CROSS_ENTROPY(f16, f16)
