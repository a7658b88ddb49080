// arch: 75   products of a matrix of f64 and at most 8 columns or rows
#include "gemv.cuh"

GEMV(f64, 1, 2)
GEMV(f64, 4, 1)
GEMV(f64, 8, 1)
