// arch: 75 80  the gradients of softmax and log_softmax of bf16
#include "softmax.cuh"

SOFTMAX_BACKWARD(bf16, bf16)
