/* A producer of DLPack structs for the tests: both forms over the same memory, with deleters that count. */
#ifndef TEST_DLPACK_PRODUCER_H
#define TEST_DLPACK_PRODUCER_H

#include <pthread.h>
#include <stdatomic.h>

#include "dlpack_structs.h"
#include "test.h"

typedef struct {
    struct DLManagedTensorVersioned versioned;
    DLManagedTensor old;
    int64_t shape[66], strides[66];
    atomic_int calls;
    pthread_t thread;
    void *argument;
} Produced;

static inline void deleted(Produced *p, void *argument) {
    p->thread = pthread_self();
    p->argument = argument;
    atomic_fetch_add(&p->calls, 1);
}

static inline void delete_old(DLManagedTensor *self) {
    deleted(self->manager_ctx, self);
}

static inline void delete_versioned(struct DLManagedTensorVersioned *self) {
    deleted(self->manager_ctx, self);
}

/* Both forms over the same memory; `strides` may be NULL. */
static inline void produce(Produced *p, void *data, DLDataType dtype, const int64_t *shape, size_t ndim, const int64_t *strides) {
    memset(p, 0, sizeof *p);
    DLTensor t = {data, {kDLCPU, 0}, (int32_t)ndim, dtype, ndim ? p->shape : NULL, strides ? p->strides : NULL, 0};
    memcpy(p->shape, shape, ndim * sizeof *shape);
    if (strides) {
        memcpy(p->strides, strides, ndim * sizeof *strides);
    }
    p->old = (DLManagedTensor){t, p, delete_old};
    p->versioned = (struct DLManagedTensorVersioned){{1, 0}, p, delete_versioned, 0, t};
}

static const DLDataType f32 = {kDLFloat, 32, 1};

static inline Tensor *taken(Produced *p, const TensorDlpackOptions *options) {
    Tensor *x = NULL;
    OK(tensor_from_dlpack_versioned(&p->versioned, options, &x));
    return x;
}

#endif
