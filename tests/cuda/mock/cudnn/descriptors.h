// What the backend API's descriptors may hold: numbers as cudnn_graph.h has them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dnn {

enum Status : int {
    SUCCESS = 0,
    NOT_INITIALIZED = 1001,
    BAD_PARAM = 2000,
    BAD_PARAM_NULL_POINTER = 2002,
    BAD_PARAM_MISALIGNED_POINTER = 2003,
    BAD_PARAM_NOT_FINALIZED = 2004,
    BAD_PARAM_SIZE_INSUFFICIENT = 2006,
    BAD_PARAM_SHAPE_MISMATCH = 2008,
    BAD_PARAM_DUPLICATED_ENTRIES = 2009,
    BAD_PARAM_ATTRIBUTE_TYPE = 2010,
    BAD_PARAM_DESCRIPTOR_TYPE = 2012,
    NOT_SUPPORTED = 3000,
    INTERNAL_ERROR = 4000,
    EXECUTION_FAILED = 5000,
};

enum Kind : int {
    POINTWISE = 0,
    CONVOLUTION = 1,
    ENGINE = 2,
    ENGINE_CONFIG = 3,
    HEURISTIC = 4,
    PLAN = 5,
    CONVOLUTION_FORWARD = 10,
    CONVOLUTION_BACKWARD_FILTER = 11,
    CONVOLUTION_BACKWARD_DATA = 12,
    OPERATION_POINTWISE = 13,
    GRAPH = 15,
    VARIANT_PACK = 16,
    TENSOR = 17,
    MATMUL = 18,
    OPERATION_MATMUL = 19,
    REDUCTION = 21,
    OPERATION_REDUCTION = 22,
};

enum Type : int {
    T_HANDLE = 0,
    T_DATA_TYPE = 1,
    T_BOOLEAN = 2,
    T_INT64 = 3,
    T_FLOAT = 4,
    T_DOUBLE = 5,
    T_POINTER = 6,
    T_CONVOLUTION_MODE = 7,
    T_HEURISTIC_MODE = 8,
    T_NUMERICAL_NOTE = 11,
    T_POINTWISE_MODE = 14,
    T_DESCRIPTOR = 15,
    T_REDUCTION_OPERATOR = 18,
    T_BEHAVIOR_NOTE = 19,
    T_INT32 = 23,
};
// A number that may be given as float or double.
constexpr int T_NUMBER = 1000;

enum Attribute : int {
    CONVOLUTION_DILATIONS = 102,
    CONVOLUTION_STRIDES = 103,
    CONVOLUTION_POST_PADDINGS = 104,
    CONVOLUTION_PRE_PADDINGS = 105,
    CONVOLUTION_SPATIAL_DIMS = 106,
    HEURISTIC_MODE = 200,
    HEURISTIC_GRAPH = 201,
    HEURISTIC_RESULTS = 202,
    CONFIG_ENGINE = 300,
    PLAN_HANDLE = 400,
    PLAN_CONFIG = 401,
    PLAN_WORKSPACE_SIZE = 402,
    GRAPH_HANDLE = 800,
    GRAPH_OPERATIONS = 801,
    GRAPH_ENGINE_COUNT = 802,
    TENSOR_ALIGNMENT = 900,
    TENSOR_TYPE = 901,
    TENSOR_DIMENSIONS = 902,
    TENSOR_STRIDES = 903,
    TENSOR_UNIQUE_ID = 906,
    TENSOR_IS_VIRTUAL = 907,
    TENSOR_IS_BY_VALUE = 908,
    PACK_UNIQUE_IDS = 1000,
    PACK_POINTERS = 1001,
    PACK_WORKSPACE = 1003,
    ENGINE_GRAPH = 1300,
    ENGINE_INDEX = 1301,
};

// One attribute that a kind of descriptor takes.
struct Field {
    Kind kind;
    int attribute;
    int type;
    int64_t least, most;  // how many elements
    bool required;
    int holds;  // the kind of descriptor that a T_DESCRIPTOR names; -1: any operation
};

const std::vector<Field> &fields();
const Field *find_field(int kind, int attribute);
size_t size_of_type(int type);
size_t size_of_data(int64_t data_type);

struct Descriptor {
    Kind kind;
    bool finalized = false;
    std::map<int, std::vector<char>> values;
    bool has(int attribute) const { return values.count(attribute) > 0; }
    std::vector<int64_t> numbers(int attribute) const;
    std::vector<Descriptor *> descriptors(int attribute) const;
    int64_t number(int attribute, int64_t otherwise) const;
    // Of a tensor: bytes from its first element to behind its last.
    size_t extent() const;
    bool flag(int attribute) const;
};

bool is_operation(int kind);
// What is wrong with a descriptor that is to be finalized, "" if nothing.
std::string finalize_error(const Descriptor &descriptor);
// The tensors that an operation names.
std::vector<Descriptor *> tensors_of(const Descriptor &operation);

}  // namespace dnn
