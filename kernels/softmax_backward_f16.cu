// arch: 75   the gradients of softmax and log_softmax of f16
#include "softmax.cuh"

SOFTMAX_BACKWARD(f16, f16)
