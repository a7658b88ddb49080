// arch: 90   Additions of bf16 by index where the device adds bf16 itself.
#include "index.cuh"

INDEX_ADD(bf16, native_bf16)
INDEX_ADD(bf16x2, native_bf16x2)
