/* No DLPack struct that a producer could make, however wrong, does harm: it is refused with a reason, and stays the
 * producer's. */
#include "dlpack_producer.h"

/* ---- versions ---- */

static void versions(void) {
    float memory[2] = {3, 5};
    Produced p;
    Tensor *x = NULL;
    /* A minor version may have more numbers; these are known. */
    produce(&p, memory, f32, DIMS(2), NULL);
    p.versioned.version.minor = 99;
    x = taken(&p, NULL);
    HOLDS(x, 3, 5);
    test_release(x);
    /* Of another major version nothing is read but the deleter: what follows is out of reach. */
    for (uint32_t major = 0; major < 4; major += 2) {
        produce(&p, memory, f32, DIMS(2), NULL);
        struct DLManagedTensorVersioned *m = malloc(offsetof(struct DLManagedTensorVersioned, flags));
        memcpy(m, &p.versioned, offsetof(struct DLManagedTensorVersioned, flags));
        m->version.major = major;
        char message[128];
        snprintf(message, sizeof message,
                 "tensor_from_dlpack_versioned: managed is of DLPack %u.0, expected 1.x: its deleter was called", (unsigned)major);
        x = (Tensor *)1;
        EXPECT_ERROR(tensor_from_dlpack_versioned(m, NULL, &x), TENSOR_ERR_FORMAT, message);
        CHECK(x == NULL && p.argument == m);
        EXPECT_EQ(p.calls, 1);
        free(m);
    }
    /* What comes before the struct is looked at does not consume it. */
    produce(&p, memory, f32, DIMS(2), NULL);
    p.versioned.version.major = 2;
    EXPECT_ERROR(tensor_from_dlpack_versioned(&p.versioned, NULL, NULL), TENSOR_ERR_NULL_POINTER,
                 "tensor_from_dlpack_versioned: out is NULL");
    EXPECT_EQ(p.calls, 0);
    p.versioned.deleter = NULL;
    CHECK(tensor_from_dlpack_versioned(&p.versioned, NULL, &x) == TENSOR_ERR_FORMAT);
}

/* ---- structs that are wrong ---- */

static Produced wrong;
static float wrong_memory[8] = {0, 1, 2, 3, 4, 5, 6, 7};

/* Refused in both forms, with this reason, and still the producer's. */
static void refused(TensorStatus status, const char *reason) {
    static const char *const names[] = {"tensor_from_dlpack", "tensor_from_dlpack_versioned"};
    const Produced before = wrong;
    for (int versioned = 0; versioned < 2; versioned++) {
        char message[512];
        Tensor *x = (Tensor *)1;
        wrong.old.dl_tensor = wrong.versioned.dl_tensor;
        snprintf(message, sizeof message, "%s: %s", names[versioned], reason);
        const TensorStatus got = versioned ? tensor_from_dlpack_versioned(&wrong.versioned, NULL, &x)
                                           : tensor_from_dlpack(&wrong.old, NULL, &x);
        EXPECT_ERROR(got, status, message);
        CHECK(x == NULL);
        EXPECT_EQ(wrong.calls, 0);
        CHECK(memcmp(&before.versioned, &wrong.versioned, sizeof before.versioned) == 0);
        CHECK(memcmp(before.shape, wrong.shape, sizeof before.shape) == 0);
    }
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), (const int64_t[]){3, 1});
}

static void hostile(void) {
    DLTensor *t = &wrong.versioned.dl_tensor;
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), (const int64_t[]){3, 1});
    t->ndim = -1;
    refused(TENSOR_ERR_SHAPE, "managed->dl_tensor.ndim is -1, expected 0 to 64");
    t->ndim = INT32_MIN;
    refused(TENSOR_ERR_SHAPE, "managed->dl_tensor.ndim is -2147483648, expected 0 to 64");
    t->ndim = 65;
    t->shape = (int64_t *)8;
    refused(TENSOR_ERR_SHAPE, "managed->dl_tensor.ndim is 65, expected 0 to 64");
    t->ndim = INT32_MAX;
    refused(TENSOR_ERR_SHAPE, "managed->dl_tensor.ndim is 2147483647, expected 0 to 64");
    t->shape = NULL;
    refused(TENSOR_ERR_NULL_POINTER, "managed->dl_tensor.shape is NULL, and ndim is 2");
    wrong.shape[1] = -3;
    refused(TENSOR_ERR_SHAPE, "sizes must not be negative, got -3 in [2, -3]");
    wrong.shape[0] = wrong.shape[1] = INT64_C(1) << 62;
    refused(TENSOR_ERR_SHAPE,
            "the number of elements of [4611686018427387904, 4611686018427387904] does not fit 63 bits");
    /* Without elements the other sizes must still be such as strides can be made of. */
    wrong.shape[0] = 0;
    wrong.shape[1] = INT64_MIN;
    refused(TENSOR_ERR_SHAPE, "sizes must not be negative, got -9223372036854775808 in [0, -9223372036854775808]");
    wrong.strides[0] = INT64_MAX;
    refused(TENSOR_ERR_SHAPE, "strides [9223372036854775807, 1] over shape [2, 3] overflow 63 bits");
    wrong.strides[0] = INT64_MIN;
    refused(TENSOR_ERR_SHAPE, "strides [-9223372036854775808, 1] over shape [2, 3] overflow 63 bits");
    t->data = NULL;
    refused(TENSOR_ERR_NULL_POINTER, "managed->dl_tensor.data is NULL, and there are 6 elements");
    t->data = NULL;
    t->byte_offset = (uint64_t)(uintptr_t)wrong_memory;
    refused(TENSOR_ERR_NULL_POINTER, "managed->dl_tensor.data is NULL, and there are 6 elements");

    char message[256];
    const struct {
        uint64_t offset;
        int64_t stride;
    } far[] = {{UINT64_MAX, 3}, {UINT64_MAX - 7, 3}, {INT64_MAX, 3}, {0, INT64_C(1) << 61}, {0, -(INT64_C(1) << 61)}};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        t->byte_offset = far[i].offset;
        wrong.strides[0] = far[i].stride;
        snprintf(message, sizeof message,
                 "shape [2, 3] with strides [%lld, 1] of f32 from byte %llu of %p leaves the address space",
                 (long long)far[i].stride, (unsigned long long)far[i].offset, (void *)wrong_memory);
        refused(TENSOR_ERR_OUT_OF_BOUNDS, message);
    }
}

static void types_that_are_not_there(void) {
    DLTensor *t = &wrong.versioned.dl_tensor;
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), (const int64_t[]){3, 1});
    static const struct {
        DLDataType type;
        TensorStatus status;
        const char *reason;
    } all[] = {
        {{kDLFloat, 32, 4}, TENSOR_ERR_UNSUPPORTED, "managed has elements of 4 lanes (float32x4), expected 1"},
        {{kDLFloat, 32, 0}, TENSOR_ERR_UNSUPPORTED, "managed has elements of 0 lanes (float32x0), expected 1"},
        {{kDLFloat, 128, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type float128, which has no dtype here"},
        {{kDLInt, 4, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type int4, which has no dtype here"},
        {{kDLUInt, 0, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type uint0, which has no dtype here"},
        {{kDLBool, 1, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type bool1, which has no dtype here"},
        {{kDLBfloat, 32, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type bfloat32, which has no dtype here"},
        {{kDLComplex, 64, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type complex, which has no dtype here"},
        {{kDLOpaqueHandle, 64, 1}, TENSOR_ERR_UNSUPPORTED,
         "managed has elements of type opaque handle, which has no dtype here"},
        {{10, 8, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type float8_e4m3fn, which has no dtype here"},
        {{17, 4, 1}, TENSOR_ERR_UNSUPPORTED, "managed has elements of type float4_e2m1fn, which has no dtype here"},
        {{18, 32, 1}, TENSOR_ERR_DTYPE, "managed->dl_tensor.dtype.code is 18, which is no type of DLPack 1.x"},
        {{255, 255, 1}, TENSOR_ERR_DTYPE, "managed->dl_tensor.dtype.code is 255, which is no type of DLPack 1.x"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        t->dtype = all[i].type;
        refused(all[i].status, all[i].reason);
    }
}

static void devices_that_are_not_there(void) {
    DLTensor *t = &wrong.versioned.dl_tensor;
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), (const int64_t[]){3, 1});
    t->device.device_type = kDLVulkan;
    t->device.device_id = 3;
    refused(TENSOR_ERR_DEVICE,
            "managed is on Vulkan device 3 (DLDeviceType 7), expected CPU, CUDA, pinned or managed CUDA memory");
    t->device.device_type = -5;
    refused(TENSOR_ERR_DEVICE,
            "managed is on unknown device 0 (DLDeviceType -5), expected CPU, CUDA, pinned or managed CUDA memory");
    t->device.device_type = kDLCUDA;
    t->device.device_id = -1;
    refused(TENSOR_ERR_DEVICE, "managed->dl_tensor.device.device_id is -1, expected an ordinal from 0");
    t->device.device_type = kDLCUDAManaged;
    t->device.device_id = INT32_MIN;
    refused(TENSOR_ERR_DEVICE, "managed->dl_tensor.device.device_id is -2147483648, expected an ordinal from 0");

    /* Pinned memory is memory of the host; some producers number the CPU. */
    Tensor *x = NULL;
    t->device = (DLDevice){kDLCUDAHost, 0};
    x = taken(&wrong, NULL);
    HOLDS(x, 0, 1, 2, 3, 4, 5);
    test_release(x);
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), NULL);
    t->device.device_id = 1;
    x = taken(&wrong, NULL);
    HOLDS(x, 0, 1, 2, 3, 4, 5);
    test_release(x);
    /* Host memory that is said to be on a device, where there is one. */
    produce(&wrong, wrong_memory, f32, DIMS(2, 3), NULL);
    t->device.device_type = kDLCUDA;
    const TensorStatus status = tensor_from_dlpack_versioned(&wrong.versioned, NULL, &x);
    CHECK(status == TENSOR_ERR_CUDA_UNAVAILABLE || status == TENSOR_ERR_DEVICE);
    EXPECT_EQ(wrong.calls, 0);
}

static void pointers(void) {
    Tensor *x = NULL;
    float memory[2] = {3, 5};
    Produced p;
    EXPECT_ERROR(tensor_from_dlpack(NULL, NULL, &x), TENSOR_ERR_NULL_POINTER, "tensor_from_dlpack: managed is NULL");
    produce(&p, memory, f32, DIMS(2), NULL);
    void *odd = (char *)&p.old + 4;
    char message[128];
    snprintf(message, sizeof message, "tensor_from_dlpack: managed is %p, which is not aligned to 8 bytes", odd);
    EXPECT_ERROR(tensor_from_dlpack(odd, NULL, &x), TENSOR_ERR_MISALIGNED, message);
    /* Of shape and strides nothing is asked but that they are there. */
    unsigned char raw[17] = {0};
    const int64_t two = 2, one = 1;
    memcpy(raw + 1, &two, 8);
    memcpy(raw + 9, &one, 8);
    p.versioned.dl_tensor.shape = (int64_t *)(void *)(raw + 1);
    p.versioned.dl_tensor.strides = (int64_t *)(void *)(raw + 9);
    x = taken(&p, NULL);
    HOLDS(x, 3, 5);
    test_release(x);
    EXPECT_EQ(p.calls, 1);
}

int main(void) {
    EXPECT_EQ(sizeof(DLManagedTensor), 64);
    EXPECT_EQ(sizeof(struct DLManagedTensorVersioned), 80);
    versions();
    hostile();
    types_that_are_not_there();
    devices_that_are_not_there();
    pointers();
    return test_end();
}
