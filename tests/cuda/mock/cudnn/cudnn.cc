// A libcudnn.so.9 for tests: a recorder of the backend API. Descriptors are checked as they are set, finalized and
// executed; nothing is computed. Every execution is a line that tests read.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include "cuda_types.h"
#include "descriptors.h"
#include "mock_cuda.h"

#define CUDNN_API extern "C" __attribute__((visibility("default")))

using namespace dnn;

struct Handle {
    CUcontext context;
    void *stream;
};

static std::mutex mutex;
static std::set<void *> live;
static std::vector<std::string> calls;
constexpr int64_t WORKSPACE = 4096;  // what every plan asks for

// ---- what tests ask ----

CUDNN_API int64_t mock_cudnn_live(void) {
    std::lock_guard<std::mutex> guard(mutex);
    return (int64_t)live.size();
}

CUDNN_API int64_t mock_cudnn_calls(void) {
    std::lock_guard<std::mutex> guard(mutex);
    return (int64_t)calls.size();
}

// The text of an execution; returns the bytes needed, NUL included, 0 when there is none of that number.
CUDNN_API size_t mock_cudnn_call(int64_t index, char *buffer, size_t size) {
    std::lock_guard<std::mutex> guard(mutex);
    if (index < 0 || (size_t)index >= calls.size()) return 0;
    if (buffer && size) snprintf(buffer, size, "%s", calls[(size_t)index].c_str());
    return calls[(size_t)index].size() + 1;
}

static int wrong(const char *function, const std::string &text, int status = BAD_PARAM) {
    mock_cuda_violate((std::string(function) + ": " + text).c_str());
    return status;
}

static bool is_live(const void *object) {
    std::lock_guard<std::mutex> guard(mutex);
    return object && live.count(const_cast<void *>(object)) > 0;
}

// ---- handles ----

CUDNN_API size_t cudnnGetVersion(void) { return 90100; }
CUDNN_API size_t cudnnGetCudartVersion(void) { return 12010; }

CUDNN_API const char *cudnnGetErrorString(int status) {
    switch (status) {
        case SUCCESS: return "CUDNN_STATUS_SUCCESS";
        case NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
        case NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
        case INTERNAL_ERROR: return "CUDNN_STATUS_INTERNAL_ERROR";
        case EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
    }
    return status / 1000 == 2 ? "CUDNN_STATUS_BAD_PARAM" : "CUDNN_UNKNOWN_STATUS";
}

CUDNN_API int cudnnCreate(Handle **out) {
    if (!out) return BAD_PARAM_NULL_POINTER;
    CUcontext context = mock_cuda_current();
    if (!context) return NOT_INITIALIZED;
    *out = new Handle{context, nullptr};
    std::lock_guard<std::mutex> guard(mutex);
    live.insert(*out);
    return SUCCESS;
}

CUDNN_API int cudnnDestroy(Handle *handle) {
    if (!is_live(handle)) return wrong("cudnnDestroy", "no live handle");
    std::lock_guard<std::mutex> guard(mutex);
    live.erase(handle);
    delete handle;
    return SUCCESS;
}

CUDNN_API int cudnnSetStream(Handle *handle, void *stream) {
    if (!is_live(handle)) return wrong("cudnnSetStream", "no live handle");
    handle->stream = stream;
    return SUCCESS;
}

CUDNN_API int cudnnGetStream(Handle *handle, void **stream) {
    if (!is_live(handle)) return wrong("cudnnGetStream", "no live handle");
    *stream = handle->stream;
    return SUCCESS;
}

// ---- descriptors ----

CUDNN_API int cudnnBackendCreateDescriptor(int kind, Descriptor **out) {
    if (!out) return BAD_PARAM_NULL_POINTER;
    bool known = std::any_of(fields().begin(), fields().end(), [&](const Field &f) { return f.kind == kind; });
    if (!known) return wrong("cudnnBackendCreateDescriptor", "a descriptor of kind " + std::to_string(kind), NOT_SUPPORTED);
    *out = new Descriptor{(Kind)kind, false, {}};
    std::lock_guard<std::mutex> guard(mutex);
    live.insert(*out);
    return SUCCESS;
}

CUDNN_API int cudnnBackendDestroyDescriptor(Descriptor *d) {
    if (!is_live(d)) return wrong("cudnnBackendDestroyDescriptor", "no live descriptor");
    std::lock_guard<std::mutex> guard(mutex);
    live.erase(d);
    delete d;
    return SUCCESS;
}

CUDNN_API int cudnnBackendSetAttribute(Descriptor *d, int attribute, int type, int64_t count, const void *elements) {
    const char *f = "cudnnBackendSetAttribute";
    if (!is_live(d)) return wrong(f, "no live descriptor");
    if (d->finalized) return wrong(f, "the descriptor is finalized");
    if (!elements) return wrong(f, "no elements", BAD_PARAM_NULL_POINTER);
    const Field *field = find_field(d->kind, attribute);
    std::string name = "attribute " + std::to_string(attribute) + " of a descriptor of kind " + std::to_string(d->kind);
    if (!field) return wrong(f, name + " is not known");
    bool type_fits = field->type == T_NUMBER ? type == T_FLOAT || type == T_DOUBLE : type == field->type;
    if (!type_fits) return wrong(f, name + " has type " + std::to_string(type), BAD_PARAM_ATTRIBUTE_TYPE);
    if (count < field->least || count > field->most) return wrong(f, name + " has " + std::to_string(count) + " elements");
    if (type == T_DESCRIPTOR)
        for (int64_t i = 0; i < count; i++) {
            Descriptor *held = ((Descriptor *const *)elements)[i];
            if (!is_live(held)) return wrong(f, name + " names no live descriptor");
            bool fits = field->holds < 0 ? is_operation(held->kind) : held->kind == field->holds;
            if (!fits) return wrong(f, name + " names a descriptor of kind " + std::to_string(held->kind), BAD_PARAM_DESCRIPTOR_TYPE);
        }
    if (type == T_HANDLE && !is_live(*(void *const *)elements)) return wrong(f, name + " is no live handle");
    d->values[attribute].assign((const char *)elements, (const char *)elements + (size_t)count * size_of_type(type));
    return SUCCESS;
}

CUDNN_API int cudnnBackendFinalize(Descriptor *d) {
    const char *f = "cudnnBackendFinalize";
    if (!is_live(d)) return wrong(f, "no live descriptor");
    if (d->finalized) return wrong(f, "the descriptor is finalized already");
    std::string text = finalize_error(*d);
    if (!text.empty()) return wrong(f, "kind " + std::to_string(d->kind) + ": " + text);
    d->finalized = true;
    return SUCCESS;
}

// The graph behind a plan, an engine or a heuristic.
static Descriptor *graph_of(Descriptor *d) {
    if (d->kind == PLAN) d = d->descriptors(PLAN_CONFIG)[0];
    if (d->kind == ENGINE_CONFIG) d = d->descriptors(CONFIG_ENGINE)[0];
    if (d->kind == ENGINE) return d->descriptors(ENGINE_GRAPH)[0];
    return d->descriptors(HEURISTIC_GRAPH)[0];
}

CUDNN_API int cudnnBackendGetAttribute(Descriptor *d, int attribute, int type, int64_t requested, int64_t *count, void *elements) {
    const char *f = "cudnnBackendGetAttribute";
    if (!is_live(d)) return wrong(f, "no live descriptor");
    if (!d->finalized) return wrong(f, "the descriptor is not finalized", BAD_PARAM_NOT_FINALIZED);
    auto number = [&](int64_t x) {
        if (type != T_INT64) return wrong(f, "another type than INT64", BAD_PARAM_ATTRIBUTE_TYPE);
        if (count) *count = 1;
        if (elements && requested > 0) *(int64_t *)elements = x;
        return (int)SUCCESS;
    };
    if (d->kind == PLAN && attribute == PLAN_WORKSPACE_SIZE) return number(WORKSPACE);
    if (d->kind == GRAPH && attribute == GRAPH_ENGINE_COUNT) return number(1);
    if (d->kind == HEURISTIC && attribute == HEURISTIC_RESULTS) {
        // The caller made the configurations; two engines are known, the first is the better one.
        if (type != T_DESCRIPTOR) return wrong(f, "another type than BACKEND_DESCRIPTOR", BAD_PARAM_ATTRIBUTE_TYPE);
        if (count) *count = elements ? std::min<int64_t>(requested, 1) : 1;
        for (int64_t i = 0; elements && i < std::min<int64_t>(requested, 1); i++) {
            Descriptor *config = ((Descriptor **)elements)[i];
            if (!is_live(config) || config->kind != ENGINE_CONFIG) return wrong(f, "the results are no live engine configurations");
            Descriptor *engine = nullptr, *graph = graph_of(d);
            int64_t index = i;
            cudnnBackendCreateDescriptor(ENGINE, &engine);
            cudnnBackendSetAttribute(engine, ENGINE_GRAPH, T_DESCRIPTOR, 1, &graph);
            cudnnBackendSetAttribute(engine, ENGINE_INDEX, T_INT64, 1, &index);
            engine->finalized = true;
            {
                // It belongs to the configuration.
                std::lock_guard<std::mutex> guard(mutex);
                live.erase(engine);
            }
            config->values[CONFIG_ENGINE].assign((char *)&engine, (char *)&engine + 8);
            config->finalized = true;
        }
        return SUCCESS;
    }
    auto at = d->values.find(attribute);
    if (at == d->values.end()) return wrong(f, "attribute " + std::to_string(attribute) + " is not set");
    size_t size = size_of_type(type);
    if (count) *count = (int64_t)(at->second.size() / size);
    if (elements) memcpy(elements, at->second.data(), std::min((size_t)std::max<int64_t>(requested, 0) * size, at->second.size()));
    return SUCCESS;
}

// ---- execution ----

CUDNN_API int cudnnBackendExecute(Handle *handle, Descriptor *plan, Descriptor *pack) {
    const char *f = "cudnnBackendExecute";
    if (!is_live(handle)) return wrong(f, "no live handle");
    if (!is_live(plan) || plan->kind != PLAN || !plan->finalized) return wrong(f, "no finalized plan", BAD_PARAM_NOT_FINALIZED);
    if (!is_live(pack) || pack->kind != VARIANT_PACK || !pack->finalized) return wrong(f, "no finalized variant pack", BAD_PARAM_NOT_FINALIZED);
    if (mock_cuda_current() != handle->context) return wrong(f, "the current context is not the handle's");
    std::vector<int64_t> ids = pack->numbers(PACK_UNIQUE_IDS), pointers = pack->numbers(PACK_POINTERS);
    std::vector<const void *> uses;
    std::string line;
    for (Descriptor *op : graph_of(plan)->descriptors(GRAPH_OPERATIONS)) {
        line += (line.empty() ? "operation " : "; operation ") + std::to_string(op->kind);
        for (Descriptor *t : tensors_of(*op)) {
            if (t->flag(TENSOR_IS_VIRTUAL)) continue;
            int64_t id = t->number(TENSOR_UNIQUE_ID, 0);
            auto at = std::find(ids.begin(), ids.end(), id);
            if (at == ids.end()) return wrong(f, "no pointer for the tensor " + std::to_string(id));
            const void *p = (const void *)pointers[(size_t)(at - ids.begin())];
            line += " " + std::to_string(id) + "[";
            std::vector<int64_t> dims = t->numbers(TENSOR_DIMENSIONS);
            for (size_t i = 0; i < dims.size(); i++) line += (i ? "," : "") + std::to_string(dims[i]);
            line += "]";
            if (t->flag(TENSOR_IS_BY_VALUE)) continue;
            if (const char *text = mock_cuda_range_error(handle->stream, p, t->extent())) return wrong(f, "the tensor " + std::to_string(id) + ": " + text);
            if ((uintptr_t)p % (uintptr_t)t->number(TENSOR_ALIGNMENT, 1)) return wrong(f, "the tensor " + std::to_string(id) + " is not aligned", BAD_PARAM_MISALIGNED_POINTER);
            uses.push_back(p);
        }
    }
    const void *workspace = (const void *)pack->number(PACK_WORKSPACE, 0);
    if (const char *text = mock_cuda_range_error(handle->stream, workspace, WORKSPACE)) return wrong(f, std::string("the workspace: ") + text);
    uses.push_back(workspace);
    auto *note = new std::string(line);
    int code = mock_cuda_enqueue(
        handle->stream, f, uses.data(), uses.size(),
        [](void *text) {
            std::lock_guard<std::mutex> guard(mutex);
            calls.push_back(*(std::string *)text);
        },
        [](void *text) { delete (std::string *)text; }, note);
    return code == CUDA_SUCCESS ? SUCCESS : EXECUTION_FAILED;
}
