// arch: 75   the gradients of softmax and log_softmax of f32
#include "softmax.cuh"

SOFTMAX_BACKWARD(f32, f32)
