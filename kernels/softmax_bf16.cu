// arch: 75 80  softmax and log_softmax of bf16
#include "softmax.cuh"

SOFTMAX(bf16, bf16)
