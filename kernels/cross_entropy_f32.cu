// arch: 75   cross entropy of f32 with class numbers, and its gradient
#include "cross_entropy.cuh"

CROSS_ENTROPY(f32, f32)
