// arch: 75   the gradients of softmax and log_softmax of f64
#include "softmax.cuh"

SOFTMAX_BACKWARD(f64, f64)
