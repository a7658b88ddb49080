// arch: 75   cross entropy of f64 with class numbers, and its gradient
#include "cross_entropy.cuh"

CROSS_ENTROPY(f64, f64)
