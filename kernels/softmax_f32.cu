// arch: 75   softmax and log_softmax of f32
#include "softmax.cuh"

SOFTMAX(f32, f32)
