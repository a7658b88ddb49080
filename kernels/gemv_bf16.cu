// arch: 75   products of a matrix of bf16 and at most 4 columns or rows
#include "gemv.cuh"

GEMV(bf16, 1, 2)
GEMV(bf16, 4, 2)
