// The part of cublasLt.h that the mock knows: numbers as NVIDIA's header has them, objects of our own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#define CUBLASLT_API extern "C" __attribute__((visibility("default")))

namespace lt {

enum Status : int {
    SUCCESS = 0,
    NOT_INITIALIZED = 1,
    ALLOC_FAILED = 3,
    INVALID_VALUE = 7,
    ARCH_MISMATCH = 8,
    EXECUTION_FAILED = 13,
    INTERNAL_ERROR = 14,
    NOT_SUPPORTED = 15,
};

enum Type : int { R_32F = 0, R_64F = 1, R_16F = 2, R_8I = 3, R_32I = 10, R_16BF = 14 };
enum Compute : int {
    COMPUTE_16F = 64,
    COMPUTE_32F = 68,
    COMPUTE_32F_PEDANTIC = 69,
    COMPUTE_64F = 70,
    COMPUTE_64F_PEDANTIC = 71,
    COMPUTE_32F_FAST_16F = 74,
    COMPUTE_32F_FAST_16BF = 75,
    COMPUTE_32F_FAST_TF32 = 77,
};
enum Order : int { COL = 0, ROW = 1 };
enum PointerMode : int { HOST = 0, DEVICE = 1 };
enum Epilogue : uint32_t { DEFAULT = 1, RELU = 2, BIAS = 4, GELU = 32, AUX = 128, BGRADA = 256, BGRADB = 512 };

enum LayoutAttribute : int { LAYOUT_TYPE, LAYOUT_ORDER, LAYOUT_ROWS, LAYOUT_COLS, LAYOUT_LD, LAYOUT_BATCH_COUNT, LAYOUT_BATCH_STRIDE };
enum DescAttribute : int {
    DESC_COMPUTE_TYPE = 0,
    DESC_SCALE_TYPE = 1,
    DESC_POINTER_MODE = 2,
    DESC_TRANSA = 3,
    DESC_TRANSB = 4,
    DESC_TRANSC = 5,
    DESC_EPILOGUE = 7,
    DESC_BIAS_POINTER = 8,
    DESC_BIAS_BATCH_STRIDE = 10,
    DESC_AUX_POINTER = 11,
    DESC_AUX_LD = 12,
    DESC_AUX_BATCH_STRIDE = 13,
    DESC_SM_COUNT_TARGET = 15,
    DESC_AUX_TYPE = 22,
    DESC_FAST_ACCUM = 25,
    DESC_BIAS_TYPE = 26,
};
enum PreferenceAttribute : int {
    PREF_SEARCH_MODE = 0,
    PREF_MAX_WORKSPACE = 1,
    PREF_REDUCTION_SCHEME_MASK = 3,
    PREF_ALIGNMENT_A = 5,
    PREF_ALIGNMENT_D = 8,
    PREF_MAX_WAVES = 9,
    PREF_IMPL_MASK = 12,
};

// How parts of k may be added up.
constexpr uint32_t REDUCTION_IN_PLACE = 1, REDUCTION_COMPUTE_TYPE = 2, REDUCTION_OUTPUT_TYPE = 4;

struct Layout {
    uint32_t type;
    int32_t order = COL;
    uint64_t rows, cols;
    int64_t ld;
    int32_t batch = 1;
    int64_t stride = 0;  // of the batch, in elements
};

struct Desc {
    int32_t compute, scale, pointer_mode = HOST, transpose[3] = {0, 0, 0};
    uint32_t epilogue = DEFAULT;
    void *bias = nullptr, *aux = nullptr;
    int64_t bias_stride = 0, aux_ld = 0, aux_stride = 0;
    int32_t bias_type = -1, aux_type = -1;  // -1: D's
};

struct Preference {
    uint64_t max_workspace = 0;
    uint32_t reductions = REDUCTION_COMPUTE_TYPE | REDUCTION_IN_PLACE | REDUCTION_OUTPUT_TYPE;
    uint32_t alignment[4] = {256, 256, 256, 256};  // A, B, C, D
};

// What the heuristic hands out; the caller copies it and never looks inside.
struct Algorithm {
    uint64_t magic, problem, workspace;
    uint32_t alignment[5];  // A, B, C, D, the bias
    uint32_t reductions, number, unused[3];
};
static_assert(sizeof(Algorithm) == 64);
constexpr uint64_t MAGIC = 0x746c617362756366;

struct HeuristicResult {
    Algorithm algorithm;
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};
static_assert(sizeof(HeuristicResult) == 96);

// One product, all of it known.
struct Problem {
    Desc desc;
    Layout a, b, c, d;
    // What is wrong with it, "" if nothing.
    std::string wrong() const;
    uint64_t hash() const;
    uint64_t m() const { return d.rows; }
    uint64_t n() const { return d.cols; }
    uint64_t k() const { return desc.transpose[0] ? a.rows : a.cols; }
};

size_t size_of(uint32_t type);
// Bytes from the first to the last element of all matrices of the batch.
size_t extent(const Layout &layout);

struct Operands {
    const char *a, *b, *c;
    char *d;
    double alpha, beta;
    const void *alpha_device, *beta_device;  // read when it runs, if set
    char *workspace;
    size_t workspace_bytes;
    bool parts_in_output_type;
};
// D = activation(alpha · op(A) op(B) + beta · C + bias), rounded once to D's type; or in two parts of k, each of which is.
void multiply(const Problem &problem, const Operands &operands);

}  // namespace lt
