// A libcublasLt.so.12 for tests: every descriptor, pointer and size is checked as the real library and the GPU would
// find out, with a sentence; the product runs on the host in the mock driver's stream.
#include "cublaslt.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include "cuda_types.h"
#include "mock_cuda.h"

using namespace lt;

// ---- what tests order and ask ----

static std::mutex mutex;
static std::set<void *> live;  // handles, descriptors, layouts, preferences
static int64_t products, heuristics;
static std::string fail_function;
static int64_t fail_nth = -1;
static int fail_status;

CUBLASLT_API int64_t mock_cublaslt_products(void) { return products; }
CUBLASLT_API int64_t mock_cublaslt_heuristics(void) { return heuristics; }
CUBLASLT_API int64_t mock_cublaslt_live(void) {
    std::lock_guard<std::mutex> guard(mutex);
    return (int64_t)live.size();
}

// The nth call of `function` from now on returns `status`, once; nth -2: every call.
CUBLASLT_API void mock_cublaslt_fail(const char *function, int64_t nth, int status) {
    std::lock_guard<std::mutex> guard(mutex);
    fail_function = function;
    fail_nth = nth;
    fail_status = status;
}

static int ordered(const char *function) {
    std::lock_guard<std::mutex> guard(mutex);
    static bool read = false;
    if (!read) {
        // MOCK_CUBLASLT_FAIL=function:nth:status
        read = true;
        std::string text = getenv("MOCK_CUBLASLT_FAIL") ? getenv("MOCK_CUBLASLT_FAIL") : "";
        size_t a = text.find(':'), b = text.find(':', a + 1);
        if (a != std::string::npos && b != std::string::npos) {
            fail_function = text.substr(0, a);
            fail_nth = atoll(text.c_str() + a + 1);
            fail_status = atoi(text.c_str() + b + 1);
        }
    }
    if (fail_nth == -1 || fail_function != function) return SUCCESS;
    if (fail_nth == -2) return fail_status;
    return fail_nth-- == 0 ? (fail_nth = -1, fail_status) : SUCCESS;
}

static int wrong(const char *function, const std::string &text) {
    mock_cuda_violate((std::string(function) + ": " + text).c_str());
    return INVALID_VALUE;
}

template <class T>
static int make(T **out, T value) {
    if (!out) return INVALID_VALUE;
    *out = new T(value);
    std::lock_guard<std::mutex> guard(mutex);
    live.insert(*out);
    return SUCCESS;
}

template <class T>
static int destroy(const char *function, T *object) {
    {
        std::lock_guard<std::mutex> guard(mutex);
        if (!object) return SUCCESS;
        if (!live.erase(object)) object = nullptr;
    }
    if (!object) return wrong(function, "no live object");
    delete object;
    return SUCCESS;
}

static bool is_live(const void *object) {
    std::lock_guard<std::mutex> guard(mutex);
    return live.count(const_cast<void *>(object)) > 0;
}

template <class T>
static int take(T &field, const void *value, size_t size, const char *function) {
    if (size != sizeof(T)) return wrong(function, "an attribute of " + std::to_string(size) + " bytes, it has " + std::to_string(sizeof(T)));
    memcpy(&field, value, sizeof(T));
    return SUCCESS;
}

// ---- handles and descriptors ----

struct Handle {
    CUcontext context;
};

CUBLASLT_API size_t cublasLtGetVersion(void) { return 120100; }
CUBLASLT_API size_t cublasLtGetCudartVersion(void) { return 12010; }

CUBLASLT_API int cublasLtCreate(Handle **out) {
    if (int status = ordered("cublasLtCreate")) return status;
    Handle handle{mock_cuda_current()};
    if (!handle.context) return NOT_INITIALIZED;
    return make(out, handle);
}

CUBLASLT_API int cublasLtDestroy(Handle *handle) { return destroy("cublasLtDestroy", handle); }

CUBLASLT_API const char *cublasLtGetStatusName(int status) {
    switch (status) {
        case SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
        case INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case ARCH_MISMATCH: return "CUBLAS_STATUS_ARCH_MISMATCH";
        case EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case INTERNAL_ERROR: return "CUBLAS_STATUS_INTERNAL_ERROR";
        case NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "CUBLAS_STATUS_UNKNOWN";
}

CUBLASLT_API const char *cublasLtGetStatusString(int status) { return cublasLtGetStatusName(status); }

CUBLASLT_API int cublasLtMatmulDescCreate(Desc **out, int compute, int scale) {
    if (int status = ordered("cublasLtMatmulDescCreate")) return status;
    Desc desc{};
    desc.compute = compute;
    desc.scale = scale;
    return make(out, desc);
}

CUBLASLT_API int cublasLtMatmulDescDestroy(Desc *desc) { return destroy("cublasLtMatmulDescDestroy", desc); }

CUBLASLT_API int cublasLtMatmulDescSetAttribute(Desc *desc, int attribute, const void *value, size_t size) {
    const char *f = "cublasLtMatmulDescSetAttribute";
    if (!is_live(desc) || !value) return wrong(f, "no live descriptor, or no value");
    int32_t ignored_i;
    int8_t ignored_c;
    switch (attribute) {
        case DESC_COMPUTE_TYPE: return take(desc->compute, value, size, f);
        case DESC_SCALE_TYPE: return take(desc->scale, value, size, f);
        case DESC_POINTER_MODE: return take(desc->pointer_mode, value, size, f);
        case DESC_TRANSA: return take(desc->transpose[0], value, size, f);
        case DESC_TRANSB: return take(desc->transpose[1], value, size, f);
        case DESC_TRANSC: return take(desc->transpose[2], value, size, f);
        case DESC_EPILOGUE: return take(desc->epilogue, value, size, f);
        case DESC_BIAS_POINTER: return take(desc->bias, value, size, f);
        case DESC_BIAS_BATCH_STRIDE: return take(desc->bias_stride, value, size, f);
        case DESC_AUX_POINTER: return take(desc->aux, value, size, f);
        case DESC_AUX_LD: return take(desc->aux_ld, value, size, f);
        case DESC_AUX_BATCH_STRIDE: return take(desc->aux_stride, value, size, f);
        case DESC_SM_COUNT_TARGET: return take(ignored_i, value, size, f);
        case DESC_AUX_TYPE: return take(desc->aux_type, value, size, f);
        case DESC_FAST_ACCUM: return take(ignored_c, value, size, f);
        case DESC_BIAS_TYPE: return take(desc->bias_type, value, size, f);
    }
    return wrong(f, "attribute " + std::to_string(attribute) + " is not known");
}

CUBLASLT_API int cublasLtMatrixLayoutCreate(Layout **out, int type, uint64_t rows, uint64_t cols, int64_t ld) {
    if (int status = ordered("cublasLtMatrixLayoutCreate")) return status;
    Layout layout{};
    layout.type = (uint32_t)type;
    layout.rows = rows;
    layout.cols = cols;
    layout.ld = ld;
    layout.batch = 1;
    return make(out, layout);
}

CUBLASLT_API int cublasLtMatrixLayoutDestroy(Layout *layout) { return destroy("cublasLtMatrixLayoutDestroy", layout); }

CUBLASLT_API int cublasLtMatrixLayoutSetAttribute(Layout *layout, int attribute, const void *value, size_t size) {
    const char *f = "cublasLtMatrixLayoutSetAttribute";
    if (!is_live(layout) || !value) return wrong(f, "no live layout, or no value");
    switch (attribute) {
        case LAYOUT_TYPE: return take(layout->type, value, size, f);
        case LAYOUT_ORDER: return take(layout->order, value, size, f);
        case LAYOUT_ROWS: return take(layout->rows, value, size, f);
        case LAYOUT_COLS: return take(layout->cols, value, size, f);
        case LAYOUT_LD: return take(layout->ld, value, size, f);
        case LAYOUT_BATCH_COUNT: return take(layout->batch, value, size, f);
        case LAYOUT_BATCH_STRIDE: return take(layout->stride, value, size, f);
    }
    return wrong(f, "attribute " + std::to_string(attribute) + " is not known");
}

CUBLASLT_API int cublasLtMatmulPreferenceCreate(Preference **out) {
    if (int status = ordered("cublasLtMatmulPreferenceCreate")) return status;
    return make(out, Preference{});
}

CUBLASLT_API int cublasLtMatmulPreferenceDestroy(Preference *p) { return destroy("cublasLtMatmulPreferenceDestroy", p); }

CUBLASLT_API int cublasLtMatmulPreferenceSetAttribute(Preference *p, int attribute, const void *value, size_t size) {
    const char *f = "cublasLtMatmulPreferenceSetAttribute";
    if (!is_live(p) || !value) return wrong(f, "no live preference, or no value");
    uint32_t ignored_u;
    float ignored_f;
    uint64_t ignored_l;
    if (attribute >= PREF_ALIGNMENT_A && attribute <= PREF_ALIGNMENT_D) return take(p->alignment[attribute - PREF_ALIGNMENT_A], value, size, f);
    switch (attribute) {
        case PREF_MAX_WORKSPACE: return take(p->max_workspace, value, size, f);
        case PREF_SEARCH_MODE: return take(ignored_u, value, size, f);
        case PREF_REDUCTION_SCHEME_MASK: return take(p->reductions, value, size, f);
        case PREF_MAX_WAVES: return take(ignored_f, value, size, f);
        case PREF_IMPL_MASK: return take(ignored_l, value, size, f);
    }
    return wrong(f, "attribute " + std::to_string(attribute) + " is not known");
}

// ---- what a product may be ----

static std::string layout_wrong(const char *name, const Layout &l) {
    std::string at = std::string(name) + ": ";
    if (l.type != R_16F && l.type != R_16BF && l.type != R_32F && l.type != R_64F) return at + "type " + std::to_string(l.type);
    if (l.order != COL && l.order != ROW) return at + "order " + std::to_string(l.order);
    if (!l.rows || !l.cols) return at + "no elements";
    uint64_t line = l.order == COL ? l.rows : l.cols;
    if (l.ld < (int64_t)line) return at + "a leading dimension of " + std::to_string(l.ld) + ", lines of " + std::to_string(line);
    if (l.batch < 1) return at + "a batch of " + std::to_string(l.batch);
    if (l.stride < 0) return at + "a negative batch stride";
    return "";
}

std::string Problem::wrong() const {
    const Layout *all[4] = {&a, &b, &c, &d};
    for (int i = 0; i < 4; i++)
        if (std::string w = layout_wrong((const char *[]){"A", "B", "C", "D"}[i], *all[i]); !w.empty()) return w;
    for (int t : desc.transpose)
        if (t != 0 && t != 1) return "transpose " + std::to_string(t);
    if (desc.transpose[2]) return "C transposed";
    uint64_t am = desc.transpose[0] ? a.cols : a.rows, ak = k(), bk = desc.transpose[1] ? b.cols : b.rows, bn = desc.transpose[1] ? b.rows : b.cols;
    auto by = [](uint64_t r, uint64_t c) { return std::to_string(r) + "×" + std::to_string(c); };
    if (am != d.rows || bn != d.cols || ak != bk) return "op(A) is " + by(am, ak) + ", op(B) " + by(bk, bn) + ", D " + by(d.rows, d.cols);
    if (c.rows != d.rows || c.cols != d.cols || c.order != d.order || c.type != d.type) return "C and D differ";
    for (const Layout *l : all)
        if (l->batch != d.batch) return "batches of " + std::to_string(l->batch) + " and " + std::to_string(d.batch);
    uint64_t matrix = (d.order == COL ? d.cols : d.rows) * (uint64_t)d.ld;
    if (d.batch > 1 && (uint64_t)d.stride < matrix && (uint64_t)d.stride < d.rows * d.cols) return "the matrices of D overlap";
    if (a.type != b.type) return "A and B have different types";
    switch (desc.compute) {
        case COMPUTE_64F: case COMPUTE_64F_PEDANTIC:
            if (a.type != R_64F || d.type != R_64F || desc.scale != R_64F) return "types do not fit a computation in f64";
            break;
        case COMPUTE_32F: case COMPUTE_32F_PEDANTIC:
            if (a.type == R_64F || (d.type != a.type && d.type != R_32F) || desc.scale != R_32F) return "types do not fit a computation in f32";
            break;
        case COMPUTE_32F_FAST_TF32: case COMPUTE_32F_FAST_16F: case COMPUTE_32F_FAST_16BF:
            if (a.type != R_32F || d.type != R_32F || desc.scale != R_32F) return "types do not fit a fast computation in f32";
            break;
        case COMPUTE_16F:
            if (a.type != R_16F || d.type != R_16F || desc.scale != R_16F) return "types do not fit a computation in f16";
            break;
        default: return "compute type " + std::to_string(desc.compute);
    }
    if (desc.pointer_mode != HOST && desc.pointer_mode != DEVICE) return "pointer mode " + std::to_string(desc.pointer_mode);
    uint32_t e = desc.epilogue;
    static const uint32_t known[] = {DEFAULT, RELU, BIAS, RELU | BIAS, GELU, GELU | BIAS, GELU | AUX, GELU | AUX | BIAS, BGRADA, BGRADB};
    if (std::find(std::begin(known), std::end(known), e) == std::end(known)) return "epilogue " + std::to_string(e);
    if (e != DEFAULT && e != BIAS && d.type == R_64F) return "an epilogue in f64";
    if (e != DEFAULT && d.order == ROW) return "an epilogue with a row-major D";
    return "";
}

uint64_t Problem::hash() const {
    uint64_t h = 1469598103934665603u;
    auto mix = [&](uint64_t x) { h = (h ^ x) * 1099511628211u; };
    for (const Layout *l : {&a, &b, &c, &d})
        for (uint64_t x : {(uint64_t)l->type, (uint64_t)l->order, l->rows, l->cols, (uint64_t)l->ld, (uint64_t)l->batch, (uint64_t)l->stride}) mix(x);
    for (uint64_t x : {(uint64_t)desc.compute, (uint64_t)desc.scale, (uint64_t)desc.transpose[0], (uint64_t)desc.transpose[1], (uint64_t)desc.epilogue}) mix(x);
    return h;
}

static bool describe(const char *f, Handle *handle, Desc *desc, Layout *a, Layout *b, Layout *c, Layout *d, Problem &out, int &status) {
    if (!is_live(handle)) return status = wrong(f, "no live handle"), false;
    for (void *p : {(void *)desc, (void *)a, (void *)b, (void *)c, (void *)d})
        if (!is_live(p)) return status = wrong(f, "a descriptor or layout is not alive"), false;
    out = {*desc, *a, *b, *c, *d};
    if (mock_cuda_current() != handle->context) return status = wrong(f, "the current context is not the handle's"), false;
    std::string text = out.wrong();
    if (!text.empty()) return status = wrong(f, text), false;
    return true;
}

CUBLASLT_API int cublasLtMatmulAlgoGetHeuristic(Handle *handle, Desc *desc, Layout *a, Layout *b, Layout *c, Layout *d, Preference *preference,
                                                int requested, HeuristicResult *results, int *returned) {
    const char *f = "cublasLtMatmulAlgoGetHeuristic";
    if (int status = ordered(f)) return status;
    Problem problem;
    int status = SUCCESS;
    if (!describe(f, handle, desc, a, b, c, d, problem, status)) return status;
    if (!is_live(preference) || requested < 1 || !results || !returned) return wrong(f, "no preference, or no room for an answer");
    heuristics++;
    // Kernels read the bias in vectors; which, depends on the address that is known now. None given: the best.
    uint32_t bias = 0;
    if (desc->epilogue & BIAS) {
        bias = (uint32_t)std::min<uint64_t>(256, desc->bias ? (uint64_t)desc->bias & -(uint64_t)desc->bias : 256);
        if (bias < 16) return wrong(f, "a bias aligned to " + std::to_string(bias) + " bytes, for which kernels have been wrong");
    }
    // The first wants room to work in, when there is some. One comes with a state that says that it is not for this.
    int count = 0;
    for (uint64_t workspace : {std::min<uint64_t>(preference->max_workspace, 1 << 20), uint64_t(0), uint64_t(1) << 40}) {
        if (count == requested || (workspace == 0 && count && results[0].workspace == 0)) break;
        HeuristicResult &r = results[count];
        r = HeuristicResult{};
        r.algorithm = {MAGIC, problem.hash(), workspace, {}, preference->reductions, (uint32_t)count, {}};
        for (int i = 0; i < 4; i++) r.algorithm.alignment[i] = preference->alignment[i];
        r.algorithm.alignment[4] = bias;
        r.workspace = workspace;
        r.state = workspace > preference->max_workspace ? NOT_SUPPORTED : SUCCESS;
        r.waves = 1;
        count++;
    }
    *returned = count;
    return SUCCESS;
}

// ---- the product ----

struct Run {
    Problem problem;
    Operands operands;
};

CUBLASLT_API int cublasLtMatmul(Handle *handle, Desc *desc, const void *alpha, const void *a, Layout *a_layout, const void *b, Layout *b_layout,
                                const void *beta, const void *c, Layout *c_layout, void *d, Layout *d_layout, const Algorithm *algorithm, void *workspace,
                                size_t workspace_bytes, void *stream) {
    const char *f = "cublasLtMatmul";
    if (int status = ordered(f)) return status;
    Problem p;
    int status = SUCCESS;
    if (!describe(f, handle, desc, a_layout, b_layout, c_layout, d_layout, p, status)) return status;
    if (!alpha || !beta) return wrong(f, "no alpha or beta");
    Operands o{(const char *)a, (const char *)b, (const char *)c, (char *)d, 0, 0, nullptr, nullptr, (char *)workspace, 0, true};
    if (p.desc.pointer_mode == HOST) {
        o.alpha = p.desc.scale == R_64F ? *(const double *)alpha : *(const float *)alpha;
        o.beta = p.desc.scale == R_64F ? *(const double *)beta : *(const float *)beta;
    } else {
        o.alpha_device = alpha;
        o.beta_device = beta;
    }
    bool reads_c = o.beta != 0 || o.beta_device;

    struct Part {
        const char *name;
        const void *p;
        size_t bytes;
        uint64_t alignment;
    };
    size_t bias_rows = p.desc.epilogue & BGRADB ? p.n() : p.m();
    uint32_t bias_type = p.desc.bias_type < 0 ? p.d.type : (uint32_t)p.desc.bias_type;
    uint32_t aux_type = p.desc.aux_type < 0 ? p.d.type : (uint32_t)p.desc.aux_type;
    bool has_bias = p.desc.epilogue & (BIAS | BGRADA | BGRADB), has_aux = p.desc.epilogue & AUX;
    if (has_aux && p.desc.aux_ld < (int64_t)p.m()) return wrong(f, "the leading dimension of the auxiliary output is too small");
    uint64_t least[5] = {size_of(p.a.type), size_of(p.b.type), size_of(p.c.type), size_of(p.d.type), size_of(bias_type)};
    if (algorithm) {
        if (algorithm->magic != MAGIC) return wrong(f, "the algorithm is none that the heuristic gave");
        if (algorithm->problem != p.hash()) return wrong(f, "the algorithm was made for another product");
        if (workspace_bytes < algorithm->workspace)
            return wrong(f, "a workspace of " + std::to_string(workspace_bytes) + " bytes, the algorithm needs " + std::to_string(algorithm->workspace));
        for (int i = 0; i < 5; i++) least[i] = std::max<uint64_t>(least[i], algorithm->alignment[i]);
        o.workspace_bytes = algorithm->workspace;
        o.parts_in_output_type = algorithm->reductions & REDUCTION_OUTPUT_TYPE;
    }
    std::vector<Part> parts = {
        {"A", a, extent(p.a), least[0]},
        {"B", b, extent(p.b), least[1]},
        {"D", d, extent(p.d), least[3]},
    };
    if (reads_c) parts.push_back({"C", c, extent(p.c), least[2]});
    if (workspace_bytes) parts.push_back({"the workspace", workspace, workspace_bytes, 256});
    if (has_bias)
        parts.push_back({"the bias", p.desc.bias, ((size_t)(p.d.batch - 1) * (size_t)p.desc.bias_stride + bias_rows) * size_of(bias_type), least[4]});
    if (has_aux)
        parts.push_back({"the auxiliary output", p.desc.aux,
                         ((size_t)(p.d.batch - 1) * (size_t)p.desc.aux_stride + (p.n() - 1) * (size_t)p.desc.aux_ld + p.m()) * size_of(aux_type), 16});
    if (o.alpha_device) parts.push_back({"alpha", o.alpha_device, size_of((uint32_t)p.desc.scale), 4});
    if (o.beta_device) parts.push_back({"beta", o.beta_device, size_of((uint32_t)p.desc.scale), 4});
    std::vector<const void *> uses;
    for (const Part &part : parts) {
        if (const char *text = mock_cuda_range_error(stream, part.p, part.bytes)) return wrong(f, std::string(part.name) + ": " + text);
        if ((uintptr_t)part.p % part.alignment) {
            char text[100];
            snprintf(text, sizeof text, "%s at %p is not aligned to %d bytes", part.name, part.p, (int)part.alignment);
            return wrong(f, text);
        }
        uses.push_back(part.p);
    }
    for (const Part &part : parts) {
        bool is_d = part.p == d, in_place = !strcmp(part.name, "C") && c == d && p.c.ld == p.d.ld && p.c.stride == p.d.stride;
        if (is_d && (!strcmp(part.name, "D") || in_place)) continue;
        if ((const char *)part.p < (char *)d + extent(p.d) && (char *)d < (const char *)part.p + part.bytes)
            return wrong(f, std::string(part.name) + " shares memory with D");
    }
    products++;
    auto *run = new Run{p, o};
    int code = mock_cuda_enqueue(
        stream, f, uses.data(), uses.size(), [](void *r) { multiply(((Run *)r)->problem, ((Run *)r)->operands); }, [](void *r) { delete (Run *)r; }, run);
    return code == CUDA_SUCCESS ? SUCCESS : EXECUTION_FAILED;
}
