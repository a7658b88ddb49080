// arch: 75   products of a matrix of f64 and at most 8 columns or rows
#include "gemv.cuh"

GEMV(f64)
