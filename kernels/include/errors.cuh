// What a kernel says of an index that is out of range: it skips the element and notes the first one it sees.
// The mirror of src/cuda/errors.rs.
#pragma once
#include "types.cuh"

// In host memory that the device writes to; the next synchronising call reads it.
struct ErrorRecord {
    u32 taken;  // 0, 1 while being written, 2 when the rest is there
    u32 op;     // which op, as src/cuda/errors.rs numbers them
    i64 position, value, limit;
};

// Whether 0 ≤ value < limit; else notes it.
HOST_DEVICE bool check_index(ErrorRecord *record, u32 op, i64 position, i64 value, i64 limit) {
    if ((u64)value < (u64)limit) return true;
    if (atomicCAS(&record->taken, 0u, 1u) == 0u) {
        record->op = op;
        record->position = position;
        record->value = value;
        record->limit = limit;
        __threadfence_system();
        record->taken = 2;
    }
    return false;
}
