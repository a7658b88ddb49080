// arch: 75   softmax and log_softmax of f16
#include "softmax.cuh"

SOFTMAX(f16, f16)
