// Functions of a module: what the PTX says of an entry, and the host build of its kernel.
#pragma once
#include "cuda_on_host.h"
#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim
#undef warpSize
#include "state.h"

namespace mock {

struct Parameter {
    size_t size, align;
};

struct Entry {
    std::vector<Parameter> parameters;
    unsigned max_threads = 0;  // 0: the PTX sets no bound
    size_t static_shared = 0;
};

struct Function : Object {
    static constexpr Kind KIND = Kind::Function;
    Module &module;
    const on_host::Kernel kernel;
    Entry entry;
    size_t dynamic_limit = 48 << 10;
    Function(Module &module, const on_host::Kernel &kernel, Entry entry) : Object(KIND), module(module), kernel(kernel), entry(std::move(entry)) {}
    int max_threads() const { return entry.max_threads ? (int)entry.max_threads : kernel.max_threads; }
};

}  // namespace mock
