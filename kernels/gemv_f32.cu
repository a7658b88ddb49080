// arch: 75   products of a matrix of f32 and at most 8 columns or rows
#include "gemv.cuh"

GEMV(f32, 1, 2)
GEMV(f32, 4, 2)
GEMV(f32, 8, 1)
