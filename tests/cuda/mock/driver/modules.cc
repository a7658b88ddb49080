// Modules are PTX texts. A function resolves when the text has the entry and a host build of the kernel exists; both
// must agree on the parameters.
#include <cctype>
#include <cstdio>
#include <cstring>
#include "modules.h"

namespace mock {

// ---- reading PTX ----

static const char *skip_space(const char *p) {
    for (;;) {
        while (isspace((unsigned char)*p)) p++;
        if (p[0] == '/' && p[1] == '/') p += strcspn(p, "\n");
        else return p;
    }
}

static size_t type_size(const char *type, size_t length) {
    std::string t(type, length);
    if (t == ".pred" || (length > 1 && !strcmp(t.c_str() + 2, "8"))) return 1;
    const char *digits = t.c_str() + strcspn(t.c_str(), "0123456789");
    return (size_t)atoi(digits) / 8;
}

// A declaration after ".param" or ".shared": .align n, type, name, [count]. Returns its size; `name` is set.
static size_t declaration(const char *p, size_t &align, std::string &name) {
    size_t element = 1;
    align = 0;
    for (p = skip_space(p); *p == '.'; p = skip_space(p)) {
        size_t n = 1 + strcspn(p + 1, " \t\r\n.,");
        if (!strncmp(p, ".align", n)) {
            p = skip_space(p + n);
            align = strtoul(p, (char **)&p, 10);
            continue;
        }
        size_t size = isdigit((unsigned char)p[n - 1]) ? type_size(p, n) : 0;
        if (size) element = size;
        p += n;
    }
    size_t n = strcspn(p, " \t\r\n,;[)");
    name.assign(p, n);
    p = skip_space(p + n);
    size_t count = 1;
    if (*p == '[') count = strtoul(skip_space(p + 1), nullptr, 10);
    if (!align) align = element;
    return element * count;
}

// Where the entry begins, past its name; NULL when there is none.
static const char *find_entry(const std::string &ptx, const std::string &name) {
    for (size_t at = 0; (at = ptx.find(".entry", at)) != std::string::npos;) {
        const char *p = skip_space(ptx.c_str() + at + 6);
        at += 6;
        if (!strncmp(p, name.c_str(), name.size())) {
            p += name.size();
            if (!isalnum((unsigned char)*p) && *p != '_' && *p != '$') return p;
        }
    }
    return nullptr;
}

Entry parse_entry(const std::string &ptx, const char *p) {
    Entry entry;
    p = skip_space(p);
    if (*p == '(') {
        const char *end = strchr(p, ')');
        while (end && (p = strstr(p, ".param")) && p < end) {
            Parameter parameter;
            std::string name;
            p += 6;
            parameter.size = declaration(p, parameter.align, name);
            entry.parameters.push_back(parameter);
        }
        p = end ? end : p;
    }
    const char *body = strchr(p, '{');
    if (!body) return entry;
    std::string head(p, body);
    for (const char *word : {".maxntid", ".reqntid"})
        if (const char *at = strstr(head.c_str(), word)) {
            unsigned n[3] = {1, 1, 1};
            sscanf(at + strlen(word), "%u , %u , %u", &n[0], &n[1], &n[2]);
            entry.max_threads = n[0] * n[1] * n[2];
        }
    // To its closing brace.
    int depth = 0;
    const char *q = body;
    do depth += (*q == '{') - (*q == '}');
    while (depth && *q++);
    std::string text(body, q);
    // Shared memory of the module counts when the entry names it.
    for (size_t at = 0; (at = ptx.find(".shared", at)) != std::string::npos;) {
        bool is_extern = at >= 8 && !ptx.compare(at - 8, 8, ".extern ");
        const char *d = ptx.c_str() + at + 7;
        at += 7;
        if (is_extern || (*d != ' ' && *d != '\t')) continue;  // ld.shared and the like
        size_t align;
        std::string name;
        size_t size = declaration(d, align, name);
        if (!name.empty() && text.find(name) != std::string::npos) entry.static_shared = (entry.static_shared + align - 1) / align * align + size;
    }
    return entry;
}

// The number after a word, and the letter behind it.
static int number_after(const std::string &text, const char *word, char *letter) {
    size_t at = text.find(word);
    if (at == std::string::npos) return -1;
    const char *p = skip_space(text.c_str() + at + strlen(word));
    if (!strncmp(p, "sm_", 3)) p += 3;
    char *end;
    long n = strtol(p, &end, 10);
    *letter = *end;
    return (int)n;
}

static CUresult check_image(State &s, const std::string &ptx, std::string &log) {
    char letter;
    int version = number_after(ptx, ".version", &letter);
    if (version < 0) {
        log = "no PTX: it has no .version";
        return CUDA_ERROR_INVALID_IMAGE;
    }
    // 11.8 reads ISA 7.8, 12.0 reads 8.0, 13.0 reads 9.0.
    int minor = atoi(ptx.c_str() + ptx.find('.', ptx.find(".version") + 8) + 1);
    int readable = s.driver_version / 1000 * 10 - 40 + s.driver_version / 10 % 10;
    if (version * 10 + minor > readable) {
        log = format("PTX ISA %d.%d is newer than the driver %d", version, minor, s.driver_version);
        return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
    }
    int target = number_after(ptx, ".target", &letter);
    if (target < 0) {
        log = "no PTX: it has no .target";
        return CUDA_ERROR_INVALID_PTX;
    }
    bool exactly = letter == 'a';
    if (target > s.capability || (exactly && target != s.capability)) {
        log = format("code for sm_%d%s on a device of sm_%d", target, exactly ? "a" : "", s.capability);
        return CUDA_ERROR_NO_BINARY_FOR_GPU;
    }
    return CUDA_SUCCESS;
}

static CUresult load(State &s, CUmodule *out, const void *image, unsigned count, const int *options, void **values) {
    if (!out || !image) return CUDA_ERROR_INVALID_VALUE;
    std::string ptx((const char *)image), log;
    if (CUresult code = check_image(s, ptx, log)) {
        size_t size = 0;
        for (unsigned i = 0; i < count; i++)
            if (options[i] == JIT_ERROR_LOG_BUFFER_SIZE_BYTES) size = (size_t)values[i];
        for (unsigned i = 0; i < count; i++)
            if (options[i] == JIT_ERROR_LOG_BUFFER && size) snprintf((char *)values[i], size, "%s", log.c_str());
        return code;
    }
    *out = s.make<Module>(current()->device, std::move(ptx));
    s.stats.modules_live++;
    return CUDA_SUCCESS;
}

}  // namespace mock

using namespace mock;

DRIVER_API CUresult cuModuleLoadData(CUmodule *out, const void *image) {
    return call("cuModuleLoadData", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult { return load(s, out, image, 0, nullptr, nullptr); });
}

DRIVER_API CUresult cuModuleLoadDataEx(CUmodule *out, const void *image, unsigned count, int *options, void **values) {
    return call("cuModuleLoadDataEx", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (CUresult e = beside_captures(s, "cuModuleLoadDataEx")) return e;
        return load(s, out, image, count, options, values);
    });
}

DRIVER_API CUresult cuModuleUnload(CUmodule handle) {
    return call("cuModuleUnload", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Module *module = s.find<Module>(handle);
        if (!module) return CUDA_ERROR_INVALID_HANDLE;
        drain(lock, module->device);
        for (auto &[_, f] : module->functions) f->alive = false;
        module->alive = false;
        s.stats.modules_live--;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuModuleGetFunction(CUfunction *out, CUmodule handle, const char *name) {
    return call("cuModuleGetFunction", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Module *module = s.find<Module>(handle);
        if (!module) return CUDA_ERROR_INVALID_HANDLE;
        if (!out || !name) return CUDA_ERROR_INVALID_VALUE;
        if (&module->device != &current()->device) {
            s.violate(format("cuModuleGetFunction of %s: the module is not the current context's", name));
            return CUDA_ERROR_INVALID_HANDLE;
        }
        auto known = module->functions.find(name);
        if (known != module->functions.end()) {
            *out = known->second;
            return CUDA_SUCCESS;
        }
        const char *at = find_entry(module->ptx, name);
        if (!at) return CUDA_ERROR_NOT_FOUND;
        const on_host::Kernel *kernel = on_host::find(name);
        if (!kernel) {
            s.violate(format("the PTX has an entry %s that no host build has", name));
            return CUDA_ERROR_NOT_FOUND;
        }
        Entry entry = parse_entry(module->ptx, at);
        bool same = entry.parameters.size() == (size_t)kernel->count;
        for (int i = 0; same && i < kernel->count; i++) same = entry.parameters[i].size == kernel->sizes[i];
        if (!same) {
            s.violate(format("%s has other parameters in the PTX (%zu) than in the host build (%d)", name, entry.parameters.size(), kernel->count));
            return CUDA_ERROR_NOT_FOUND;
        }
        if (entry.max_threads && entry.max_threads != (unsigned)kernel->max_threads)
            s.violate(format("%s takes %u threads in the PTX, %d in the host build", name, entry.max_threads, kernel->max_threads));
        Function *function = s.make<Function>(*module, *kernel, std::move(entry));
        module->functions[name] = function;
        *out = function;
        return CUDA_SUCCESS;
    });
}

// ---- what a function takes ----

static int shared_limit(State &s) {
    int opt_in = s.capability < 80 ? 64 << 10 : s.capability < 90 ? 163 << 10 : 227 << 10;
    return opt_in;
}

DRIVER_API CUresult cuFuncSetAttribute(CUfunction handle, int attribute, int value) {
    return call("cuFuncSetAttribute", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Function *f = s.find<Function>(handle);
        if (!f) return CUDA_ERROR_INVALID_HANDLE;
        if (attribute == FUNCTION_PREFERRED_SHARED_MEMORY_CARVEOUT) return CUDA_SUCCESS;
        if (attribute != FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0) return CUDA_ERROR_INVALID_VALUE;
        if ((size_t)value + f->entry.static_shared > (size_t)shared_limit(s)) return CUDA_ERROR_INVALID_VALUE;
        f->dynamic_limit = (size_t)value;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction handle) {
    return call("cuFuncGetAttribute", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Function *f = s.find<Function>(handle);
        if (!f) return CUDA_ERROR_INVALID_HANDLE;
        switch (attribute) {
            case FUNCTION_MAX_THREADS_PER_BLOCK: *value = f->max_threads(); break;
            case FUNCTION_SHARED_SIZE_BYTES: *value = (int)f->entry.static_shared; break;
            case FUNCTION_CONST_SIZE_BYTES: case FUNCTION_LOCAL_SIZE_BYTES: *value = 0; break;
            case FUNCTION_NUM_REGS: *value = 32; break;
            case FUNCTION_PTX_VERSION: case FUNCTION_BINARY_VERSION: *value = s.capability; break;
            case FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES: *value = (int)f->dynamic_limit; break;
            default: return CUDA_ERROR_INVALID_VALUE;
        }
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction handle, int threads, size_t dynamic_shared) {
    return call("cuOccupancyMaxActiveBlocksPerMultiprocessor", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Function *f = s.find<Function>(handle);
        if (!f) return CUDA_ERROR_INVALID_HANDLE;
        if (threads <= 0) return CUDA_ERROR_INVALID_VALUE;
        size_t shared = dynamic_shared + f->entry.static_shared + (1 << 10);
        int by_threads = (s.capability < 80 ? 1024 : 2048) / threads, by_shared = (int)((size_t)(shared_limit(s) + (1 << 10)) / shared);
        *blocks = std::max(0, std::min({by_threads, by_shared, 32}));
        return CUDA_SUCCESS;
    });
}
