// arch: 75   products of a matrix of f16 and at most 4 columns or rows
#include "gemv.cuh"

GEMV(f16, 1, 2)
GEMV(f16, 4, 2)
