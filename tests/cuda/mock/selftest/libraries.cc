// The mocks of cublasLt and cuDNN: what they compute, and misuse that they see.
#include "../cublaslt/cublaslt.h"
#include "../cudnn/descriptors.h"
#include "test.h"

// ---- cublasLt ----

struct Handle;
extern "C" {
int cublasLtCreate(Handle **);
int cublasLtDestroy(Handle *);
int cublasLtMatmulDescCreate(lt::Desc **, int, int);
int cublasLtMatmulDescDestroy(lt::Desc *);
int cublasLtMatmulDescSetAttribute(lt::Desc *, int, const void *, size_t);
int cublasLtMatrixLayoutCreate(lt::Layout **, int, uint64_t, uint64_t, int64_t);
int cublasLtMatrixLayoutDestroy(lt::Layout *);
int cublasLtMatrixLayoutSetAttribute(lt::Layout *, int, const void *, size_t);
int cublasLtMatmulPreferenceCreate(lt::Preference **);
int cublasLtMatmulPreferenceDestroy(lt::Preference *);
int cublasLtMatmulPreferenceSetAttribute(lt::Preference *, int, const void *, size_t);
int cublasLtMatmulAlgoGetHeuristic(Handle *, lt::Desc *, lt::Layout *, lt::Layout *, lt::Layout *, lt::Layout *, lt::Preference *, int, lt::HeuristicResult *, int *);
int cublasLtMatmul(Handle *, lt::Desc *, const void *, const void *, lt::Layout *, const void *, lt::Layout *, const void *, const void *, lt::Layout *, void *,
                   lt::Layout *, const lt::Algorithm *, void *, size_t, void *);
int64_t mock_cublaslt_products(void);
int64_t mock_cublaslt_live(void);
void mock_cublaslt_fail(const char *, int64_t, int);
}

void test_cublaslt() {
    Handle *handle;
    OK(cublasLtCreate(&handle));
    // D (3×2) = A (3×4) · B (4×2), column-major, a batch of 2, with bias and ReLU.
    std::vector<float> av(24), bv(16), bias = {0.5f, -100, 0};
    for (int i = 0; i < 24; i++) av[i] = (float)(i % 7 - 3);
    for (int i = 0; i < 16; i++) bv[i] = (float)(i % 5 - 2);
    Array a(av), b(bv), d(48), bias_d(bias), workspace(1 << 20);
    lt::Desc *desc;
    lt::Layout *al, *bl, *dl;
    OK(cublasLtMatmulDescCreate(&desc, lt::COMPUTE_32F, lt::R_32F));
    OK(cublasLtMatrixLayoutCreate(&al, lt::R_32F, 3, 4, 3));
    OK(cublasLtMatrixLayoutCreate(&bl, lt::R_32F, 4, 2, 4));
    OK(cublasLtMatrixLayoutCreate(&dl, lt::R_32F, 3, 2, 3));
    int32_t batch = 2;
    int64_t strides[3] = {12, 8, 6};
    lt::Layout *layouts[3] = {al, bl, dl};
    for (int i = 0; i < 3; i++) {
        OK(cublasLtMatrixLayoutSetAttribute(layouts[i], lt::LAYOUT_BATCH_COUNT, &batch, 4));
        OK(cublasLtMatrixLayoutSetAttribute(layouts[i], lt::LAYOUT_BATCH_STRIDE, &strides[i], 8));
    }
    uint32_t epilogue = lt::RELU | lt::BIAS;
    void *bias_p = bias_d.pointer();
    OK(cublasLtMatmulDescSetAttribute(desc, lt::DESC_EPILOGUE, &epilogue, 4));
    OK(cublasLtMatmulDescSetAttribute(desc, lt::DESC_BIAS_POINTER, &bias_p, 8));
    CHECK(cublasLtMatmulDescSetAttribute(desc, lt::DESC_BIAS_POINTER, &bias_p, 4) == lt::INVALID_VALUE && noted("an attribute of 4 bytes"));
    lt::Preference *preference;
    OK(cublasLtMatmulPreferenceCreate(&preference));
    uint64_t room = 1 << 20;
    OK(cublasLtMatmulPreferenceSetAttribute(preference, lt::PREF_MAX_WORKSPACE, &room, 8));
    lt::HeuristicResult results[4];
    int count;
    OK(cublasLtMatmulAlgoGetHeuristic(handle, desc, al, bl, dl, dl, preference, 4, results, &count));
    CHECK(count == 3 && results[0].workspace == room && results[1].workspace == 0 && results[2].state == lt::NOT_SUPPORTED);

    float alpha = 2, beta = 0;
    auto multiply = [&](const Array &to, lt::Algorithm *algorithm, size_t bytes) {
        return cublasLtMatmul(handle, desc, &alpha, a.pointer(), al, b.pointer(), bl, &beta, to.pointer(), dl, to.pointer(), dl, algorithm, workspace.pointer(), bytes, nullptr);
    };
    OK(multiply(d, &results[0].algorithm, 1 << 20));
    std::vector<float> got = d.read<float>();
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 2; j++) {
                float want = 0;
                for (int q = 0; q < 4; q++) want += 2 * av[k * 12 + q * 3 + i] * bv[k * 8 + j * 4 + q];
                want = std::max(want + bias[i], 0.f);
                CHECK(got[k * 6 + j * 3 + i] == want);
            }
    CHECK(mock_cublaslt_products() == 1);

    CHECK(multiply(d, &results[0].algorithm, 1 << 19) == lt::INVALID_VALUE && noted("the algorithm needs"));
    Array small(44);
    CHECK(multiply(small, &results[1].algorithm, 0) == lt::INVALID_VALUE && noted("D: 48 bytes"));
    CHECK(multiply(a, &results[1].algorithm, 0) == lt::INVALID_VALUE && noted("shares memory with D"));
    lt::Algorithm none{};
    CHECK(multiply(d, &none, 0) == lt::INVALID_VALUE && noted("none that the heuristic gave"));
    strides[0] = 13;
    OK(cublasLtMatrixLayoutSetAttribute(al, lt::LAYOUT_BATCH_STRIDE, &strides[0], 8));
    CHECK(multiply(d, &results[1].algorithm, 0) == lt::INVALID_VALUE && noted("another product"));
    int64_t ld = 2;
    OK(cublasLtMatrixLayoutSetAttribute(al, lt::LAYOUT_LD, &ld, 8));
    CHECK(cublasLtMatmulAlgoGetHeuristic(handle, desc, al, bl, dl, dl, preference, 4, results, &count) == lt::INVALID_VALUE && noted("leading dimension"));
    mock_cublaslt_fail("cublasLtMatmul", 0, lt::EXECUTION_FAILED);
    CHECK(multiply(d, nullptr, 0) == lt::EXECUTION_FAILED);

    // f16: ½·1 and 2·2 are exact; the sum of 2048 and 1 rounds to 2048.
    lt::Desc *half;
    lt::Layout *row, *column, *one;
    OK(cublasLtMatmulDescCreate(&half, lt::COMPUTE_32F, lt::R_32F));
    OK(cublasLtMatrixLayoutCreate(&row, lt::R_16F, 1, 2, 1));
    OK(cublasLtMatrixLayoutCreate(&column, lt::R_16F, 2, 1, 2));
    OK(cublasLtMatrixLayoutCreate(&one, lt::R_16F, 1, 1, 1));
    Array x(std::vector<uint16_t>{0x6800, 0x3c00}), y(std::vector<uint16_t>{0x3c00, 0x3c00}), z(2);
    alpha = 1;
    OK(cublasLtMatmul(handle, half, &alpha, x.pointer(), row, y.pointer(), column, &beta, z.pointer(), one, z.pointer(), one, nullptr, nullptr, 0, nullptr));
    CHECK(z.read<uint16_t>()[0] == 0x6800);

    for (lt::Desc *p : {desc, half}) OK(cublasLtMatmulDescDestroy(p));
    for (lt::Layout *p : {al, bl, dl, row, column, one}) OK(cublasLtMatrixLayoutDestroy(p));
    OK(cublasLtMatmulPreferenceDestroy(preference));
    OK(cublasLtDestroy(handle));
    CHECK(cublasLtDestroy(handle) == lt::INVALID_VALUE && noted("no live object"));
    CHECK(mock_cublaslt_live() == 0);
}

// ---- cuDNN ----

struct Dnn;
extern "C" {
int cudnnCreate(Dnn **);
int cudnnDestroy(Dnn *);
int cudnnSetStream(Dnn *, void *);
int cudnnBackendCreateDescriptor(int, dnn::Descriptor **);
int cudnnBackendDestroyDescriptor(dnn::Descriptor *);
int cudnnBackendSetAttribute(dnn::Descriptor *, int, int, int64_t, const void *);
int cudnnBackendGetAttribute(dnn::Descriptor *, int, int, int64_t, int64_t *, void *);
int cudnnBackendFinalize(dnn::Descriptor *);
int cudnnBackendExecute(Dnn *, dnn::Descriptor *, dnn::Descriptor *);
int64_t mock_cudnn_live(void);
int64_t mock_cudnn_calls(void);
size_t mock_cudnn_call(int64_t, char *, size_t);
}

static std::vector<dnn::Descriptor *> made;

static dnn::Descriptor *descriptor(int kind) {
    dnn::Descriptor *d;
    OK(cudnnBackendCreateDescriptor(kind, &d));
    made.push_back(d);
    return d;
}

static void set_number(dnn::Descriptor *d, int attribute, int type, int64_t value) { OK(cudnnBackendSetAttribute(d, attribute, type, 1, &value)); }
static void set_list(dnn::Descriptor *d, int attribute, std::vector<int64_t> v) { OK(cudnnBackendSetAttribute(d, attribute, dnn::T_INT64, (int64_t)v.size(), v.data())); }
static void set_descriptor(dnn::Descriptor *d, int attribute, dnn::Descriptor *held) { OK(cudnnBackendSetAttribute(d, attribute, dnn::T_DESCRIPTOR, 1, &held)); }

static dnn::Descriptor *tensor(int64_t id, std::vector<int64_t> dims) {
    dnn::Descriptor *t = descriptor(dnn::TENSOR);
    std::vector<int64_t> strides(dims.size(), 1);
    for (size_t i = dims.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * dims[i + 1];
    set_number(t, dnn::TENSOR_UNIQUE_ID, dnn::T_INT64, id);
    set_number(t, dnn::TENSOR_ALIGNMENT, dnn::T_INT64, 16);
    set_number(t, dnn::TENSOR_TYPE, dnn::T_DATA_TYPE, 0);
    set_list(t, dnn::TENSOR_DIMENSIONS, dims);
    set_list(t, dnn::TENSOR_STRIDES, strides);
    OK(cudnnBackendFinalize(t));
    return t;
}

void test_cudnn() {
    Dnn *handle;
    OK(cudnnCreate(&handle));
    OK(cudnnSetStream(handle, nullptr));
    dnn::Descriptor *conv = descriptor(dnn::CONVOLUTION);
    set_number(conv, 100, dnn::T_DATA_TYPE, 0);
    set_number(conv, 101, dnn::T_CONVOLUTION_MODE, 1);
    set_number(conv, dnn::CONVOLUTION_SPATIAL_DIMS, dnn::T_INT64, 2);
    for (int a : {dnn::CONVOLUTION_DILATIONS, dnn::CONVOLUTION_STRIDES, dnn::CONVOLUTION_PRE_PADDINGS, dnn::CONVOLUTION_POST_PADDINGS}) set_list(conv, a, {1, 1});
    OK(cudnnBackendFinalize(conv));
    dnn::Descriptor *x = tensor(1, {2, 3, 8, 8}), *w = tensor(2, {4, 3, 3, 3});
    float one = 1, zero = 0;
    auto operation = [&](dnn::Descriptor *y) {
        dnn::Descriptor *op = descriptor(dnn::CONVOLUTION_FORWARD);
        OK(cudnnBackendSetAttribute(op, 700, dnn::T_FLOAT, 1, &one));
        OK(cudnnBackendSetAttribute(op, 701, dnn::T_FLOAT, 1, &zero));
        set_descriptor(op, 702, conv);
        set_descriptor(op, 703, w);
        set_descriptor(op, 704, x);
        set_descriptor(op, 705, y);
        return op;
    };
    CHECK(cudnnBackendFinalize(operation(tensor(3, {2, 4, 7, 8}))) == dnn::BAD_PARAM && noted("the convolution gives 8"));
    dnn::Descriptor *op = operation(tensor(3, {2, 4, 8, 8}));
    OK(cudnnBackendFinalize(op));
    CHECK(cudnnBackendSetAttribute(op, 700, dnn::T_FLOAT, 1, &one) == dnn::BAD_PARAM && noted("finalized"));
    dnn::Descriptor *graph = descriptor(dnn::GRAPH);
    CHECK(cudnnBackendSetAttribute(graph, dnn::GRAPH_OPERATIONS, dnn::T_DESCRIPTOR, 1, &conv) == dnn::BAD_PARAM_DESCRIPTOR_TYPE && noted("kind 1"));
    set_descriptor(graph, dnn::GRAPH_OPERATIONS, op);
    OK(cudnnBackendSetAttribute(graph, dnn::GRAPH_HANDLE, dnn::T_HANDLE, 1, &handle));
    OK(cudnnBackendFinalize(graph));
    dnn::Descriptor *heuristic = descriptor(dnn::HEURISTIC), *config = descriptor(dnn::ENGINE_CONFIG), *plan = descriptor(dnn::PLAN);
    set_descriptor(heuristic, dnn::HEURISTIC_GRAPH, graph);
    CHECK(cudnnBackendFinalize(heuristic) == dnn::BAD_PARAM && noted("attribute 200 is not set"));
    set_number(heuristic, dnn::HEURISTIC_MODE, dnn::T_HEURISTIC_MODE, 1);
    OK(cudnnBackendFinalize(heuristic));
    int64_t count = 0, workspace_bytes = 0;
    OK(cudnnBackendGetAttribute(heuristic, dnn::HEURISTIC_RESULTS, dnn::T_DESCRIPTOR, 1, &count, &config));
    CHECK(count == 1);
    OK(cudnnBackendSetAttribute(plan, dnn::PLAN_HANDLE, dnn::T_HANDLE, 1, &handle));
    set_descriptor(plan, dnn::PLAN_CONFIG, config);
    OK(cudnnBackendFinalize(plan));
    OK(cudnnBackendGetAttribute(plan, dnn::PLAN_WORKSPACE_SIZE, dnn::T_INT64, 1, &count, &workspace_bytes));

    Array xd(2 * 3 * 64 * 4), wd(4 * 27 * 4), yd(2 * 4 * 64 * 4), small(64), workspace((size_t)workspace_bytes);
    auto pack = [&](std::vector<int64_t> ids, const Array &y) {
        dnn::Descriptor *p = descriptor(dnn::VARIANT_PACK);
        void *pointers[] = {xd.pointer(), wd.pointer(), y.pointer()}, *room = workspace.pointer();
        set_list(p, dnn::PACK_UNIQUE_IDS, ids);
        OK(cudnnBackendSetAttribute(p, dnn::PACK_POINTERS, dnn::T_POINTER, 3, pointers));
        OK(cudnnBackendSetAttribute(p, dnn::PACK_WORKSPACE, dnn::T_POINTER, 1, &room));
        OK(cudnnBackendFinalize(p));
        return p;
    };
    OK(cudnnBackendExecute(handle, plan, pack({1, 2, 3}, yd)));
    CHECK(cudnnBackendExecute(handle, plan, pack({1, 2, 4}, yd)) == dnn::BAD_PARAM && noted("no pointer for the tensor 3"));
    CHECK(cudnnBackendExecute(handle, plan, pack({1, 2, 3}, small)) == dnn::BAD_PARAM && noted("the tensor 3: 2048 bytes"));
    char text[200];
    CHECK(mock_cudnn_calls() == 1 && mock_cudnn_call(0, text, sizeof text));
    CHECK(!strcmp(text, "operation 10 2[4,3,3,3] 1[2,3,8,8] 3[2,4,8,8]"));
    for (dnn::Descriptor *d : made) OK(cudnnBackendDestroyDescriptor(d));
    OK(cudnnDestroy(handle));
    CHECK(mock_cudnn_live() == 0);
}
