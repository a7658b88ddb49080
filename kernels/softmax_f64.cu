// arch: 75   softmax and log_softmax of f64
#include "softmax.cuh"

SOFTMAX(f64, f64)
