// arch: 75   products of a matrix of bf16 and at most 8 columns or rows
#include "gemv.cuh"

GEMV(bf16)
