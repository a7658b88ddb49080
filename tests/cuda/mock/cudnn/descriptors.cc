// Which attributes a descriptor takes, and when it is whole.
#include "descriptors.h"
#include <cstring>
#include <set>

namespace dnn {

constexpr int64_t ANY = 1 << 20, DIMS = 8;

const std::vector<Field> &fields() {
    static const std::vector<Field> all = {
        {POINTWISE, 0, T_POINTWISE_MODE, 1, 1, true, 0},
        {POINTWISE, 1, T_DATA_TYPE, 1, 1, true, 0},
        {POINTWISE, 3, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 4, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 5, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 6, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 7, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 8, T_NUMBER, 1, 1, false, 0},
        {POINTWISE, 9, T_INT64, 1, 1, false, 0},
        {CONVOLUTION, 100, T_DATA_TYPE, 1, 1, true, 0},
        {CONVOLUTION, 101, T_CONVOLUTION_MODE, 1, 1, true, 0},
        {CONVOLUTION, CONVOLUTION_DILATIONS, T_INT64, 1, DIMS, true, 0},
        {CONVOLUTION, CONVOLUTION_STRIDES, T_INT64, 1, DIMS, true, 0},
        {CONVOLUTION, CONVOLUTION_POST_PADDINGS, T_INT64, 1, DIMS, true, 0},
        {CONVOLUTION, CONVOLUTION_PRE_PADDINGS, T_INT64, 1, DIMS, true, 0},
        {CONVOLUTION, CONVOLUTION_SPATIAL_DIMS, T_INT64, 1, 1, true, 0},
        {ENGINE, ENGINE_GRAPH, T_DESCRIPTOR, 1, 1, true, GRAPH},
        {ENGINE, ENGINE_INDEX, T_INT64, 1, 1, true, 0},
        {ENGINE, 1306, T_INT32, 1, 1, false, 0},
        {ENGINE_CONFIG, CONFIG_ENGINE, T_DESCRIPTOR, 1, 1, true, ENGINE},
        {HEURISTIC, HEURISTIC_MODE, T_HEURISTIC_MODE, 1, 1, true, 0},
        {HEURISTIC, HEURISTIC_GRAPH, T_DESCRIPTOR, 1, 1, true, GRAPH},
        {HEURISTIC, 203, T_INT32, 1, 1, false, 0},
        {PLAN, PLAN_HANDLE, T_HANDLE, 1, 1, false, 0},
        {PLAN, PLAN_CONFIG, T_DESCRIPTOR, 1, 1, true, ENGINE_CONFIG},
        {CONVOLUTION_FORWARD, 700, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_FORWARD, 701, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_FORWARD, 702, T_DESCRIPTOR, 1, 1, true, CONVOLUTION},
        {CONVOLUTION_FORWARD, 703, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_FORWARD, 704, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_FORWARD, 705, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_DATA, 706, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_BACKWARD_DATA, 707, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_BACKWARD_DATA, 708, T_DESCRIPTOR, 1, 1, true, CONVOLUTION},
        {CONVOLUTION_BACKWARD_DATA, 709, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_DATA, 710, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_DATA, 711, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_FILTER, 712, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_BACKWARD_FILTER, 713, T_NUMBER, 1, 1, true, 0},
        {CONVOLUTION_BACKWARD_FILTER, 714, T_DESCRIPTOR, 1, 1, true, CONVOLUTION},
        {CONVOLUTION_BACKWARD_FILTER, 715, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_FILTER, 716, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {CONVOLUTION_BACKWARD_FILTER, 717, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_POINTWISE, 750, T_DESCRIPTOR, 1, 1, true, POINTWISE},
        {OPERATION_POINTWISE, 751, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_POINTWISE, 752, T_DESCRIPTOR, 1, 1, false, TENSOR},
        {OPERATION_POINTWISE, 753, T_DESCRIPTOR, 1, 1, false, TENSOR},
        {OPERATION_POINTWISE, 754, T_NUMBER, 1, 1, false, 0},
        {OPERATION_POINTWISE, 755, T_NUMBER, 1, 1, false, 0},
        {OPERATION_POINTWISE, 756, T_DESCRIPTOR, 1, 1, false, TENSOR},
        {OPERATION_POINTWISE, 757, T_DESCRIPTOR, 1, 1, false, TENSOR},
        {OPERATION_POINTWISE, 758, T_DESCRIPTOR, 1, 1, false, TENSOR},
        {GRAPH, GRAPH_HANDLE, T_HANDLE, 1, 1, false, 0},
        {GRAPH, GRAPH_OPERATIONS, T_DESCRIPTOR, 1, ANY, true, -1},
        {VARIANT_PACK, PACK_UNIQUE_IDS, T_INT64, 1, ANY, true, 0},
        {VARIANT_PACK, PACK_POINTERS, T_POINTER, 1, ANY, true, 0},
        {VARIANT_PACK, 1002, T_POINTER, 0, ANY, false, 0},
        {VARIANT_PACK, PACK_WORKSPACE, T_POINTER, 1, 1, false, 0},
        {TENSOR, TENSOR_ALIGNMENT, T_INT64, 1, 1, true, 0},
        {TENSOR, TENSOR_TYPE, T_DATA_TYPE, 1, 1, true, 0},
        {TENSOR, TENSOR_DIMENSIONS, T_INT64, 1, DIMS, true, 0},
        {TENSOR, TENSOR_STRIDES, T_INT64, 1, DIMS, true, 0},
        {TENSOR, 904, T_INT64, 1, 1, false, 0},
        {TENSOR, 905, T_INT64, 1, 1, false, 0},
        {TENSOR, TENSOR_UNIQUE_ID, T_INT64, 1, 1, true, 0},
        {TENSOR, TENSOR_IS_VIRTUAL, T_BOOLEAN, 1, 1, false, 0},
        {TENSOR, TENSOR_IS_BY_VALUE, T_BOOLEAN, 1, 1, false, 0},
        {MATMUL, 1500, T_DATA_TYPE, 1, 1, true, 0},
        {MATMUL, 1503, T_NUMBER, 1, 1, false, 0},
        {OPERATION_MATMUL, 1520, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_MATMUL, 1521, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_MATMUL, 1522, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_MATMUL, 1523, T_DESCRIPTOR, 1, 1, true, MATMUL},
        {REDUCTION, 1600, T_REDUCTION_OPERATOR, 1, 1, true, 0},
        {REDUCTION, 1601, T_DATA_TYPE, 1, 1, true, 0},
        {REDUCTION, 1602, T_BOOLEAN, 1, 1, false, 0},
        {OPERATION_REDUCTION, 1610, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_REDUCTION, 1611, T_DESCRIPTOR, 1, 1, true, TENSOR},
        {OPERATION_REDUCTION, 1612, T_DESCRIPTOR, 1, 1, true, REDUCTION},
    };
    return all;
}

const Field *find_field(int kind, int attribute) {
    for (const Field &f : fields())
        if (f.kind == kind && f.attribute == attribute) return &f;
    return nullptr;
}

size_t size_of_type(int type) {
    switch (type) {
        case T_HANDLE: case T_INT64: case T_DOUBLE: case T_POINTER: case T_DESCRIPTOR: return 8;
        case T_BOOLEAN: return 1;
        default: return 4;
    }
}

// CUDNN_DATA_…; 0 for those that nothing here needs.
size_t size_of_data(int64_t data_type) {
    switch (data_type) {
        case 0: case 4: case 19: return 4;
        case 1: case 10: return 8;
        case 2: case 9: return 2;
        case 3: case 6: return 1;
    }
    return 0;
}

bool is_operation(int kind) { return (kind >= CONVOLUTION_FORWARD && kind <= OPERATION_POINTWISE) || kind == OPERATION_MATMUL || kind == OPERATION_REDUCTION; }

template <class T>
static std::vector<T> all(const Descriptor &d, int attribute) {
    auto at = d.values.find(attribute);
    if (at == d.values.end()) return {};
    std::vector<T> out(at->second.size() / sizeof(T));
    memcpy(out.data(), at->second.data(), out.size() * sizeof(T));
    return out;
}

std::vector<int64_t> Descriptor::numbers(int attribute) const { return all<int64_t>(*this, attribute); }
std::vector<Descriptor *> Descriptor::descriptors(int attribute) const { return all<Descriptor *>(*this, attribute); }

int64_t Descriptor::number(int attribute, int64_t otherwise) const {
    auto at = values.find(attribute);
    if (at == values.end()) return otherwise;
    int64_t x = 0;
    memcpy(&x, at->second.data(), std::min<size_t>(8, at->second.size()));
    return x;
}

bool Descriptor::flag(int attribute) const { return number(attribute, 0) & 1; }

size_t Descriptor::extent() const {
    std::vector<int64_t> dims = numbers(TENSOR_DIMENSIONS), strides = numbers(TENSOR_STRIDES);
    int64_t last = 0;
    for (size_t i = 0; i < dims.size(); i++) last += (dims[i] - 1) * strides[i];
    return (size_t)(last + 1) * size_of_data(number(TENSOR_TYPE, 0));
}

std::vector<Descriptor *> tensors_of(const Descriptor &operation) {
    std::vector<Descriptor *> out;
    for (auto &[attribute, _] : operation.values) {
        const Field *f = find_field(operation.kind, attribute);
        if (f && f->type == T_DESCRIPTOR && f->holds == TENSOR) out.push_back(operation.descriptors(attribute)[0]);
    }
    return out;
}

// y = ⌊(x + pads − dilation · (w − 1) − 1) / stride⌋ + 1 in every spatial dim; channels fit. Forward or backward, the
// attributes stand in the order alpha, beta, convolution, weight, input, output, from `first` on.
static std::string convolution_error(const Descriptor &op, int first) {
    const Descriptor &conv = *op.descriptors(first + 2)[0];
    const Descriptor &w = *op.descriptors(first + 3)[0], &x = *op.descriptors(first + 4)[0], &y = *op.descriptors(first + 5)[0];
    std::vector<int64_t> wd = w.numbers(TENSOR_DIMENSIONS), xd = x.numbers(TENSOR_DIMENSIONS), yd = y.numbers(TENSOR_DIMENSIONS);
    size_t spatial = (size_t)conv.number(CONVOLUTION_SPATIAL_DIMS, 0);
    if (wd.size() != spatial + 2 || xd.size() != spatial + 2 || yd.size() != spatial + 2) return "tensors of other ranks than the convolution's";
    if (xd[0] != yd[0] || wd[0] != yd[1] || wd[1] == 0 || xd[1] % wd[1]) return "batch or channels do not fit";
    auto pre = conv.numbers(CONVOLUTION_PRE_PADDINGS), post = conv.numbers(CONVOLUTION_POST_PADDINGS);
    auto stride = conv.numbers(CONVOLUTION_STRIDES), dilation = conv.numbers(CONVOLUTION_DILATIONS);
    for (size_t i = 0; i < spatial; i++) {
        int64_t out = (xd[i + 2] + pre[i] + post[i] - dilation[i] * (wd[i + 2] - 1) - 1) / stride[i] + 1;
        if (out != yd[i + 2]) return "a size of the output is " + std::to_string(yd[i + 2]) + ", the convolution gives " + std::to_string(out);
    }
    return "";
}

std::string finalize_error(const Descriptor &d) {
    for (const Field &f : fields())
        if (f.kind == d.kind && f.required && !d.has(f.attribute)) return "attribute " + std::to_string(f.attribute) + " is not set";
    for (auto &[attribute, _] : d.values) {
        const Field *f = find_field(d.kind, attribute);
        if (f && f->type == T_DESCRIPTOR)
            for (Descriptor *held : d.descriptors(attribute))
                if (!held->finalized) return "attribute " + std::to_string(attribute) + " names a descriptor that is not finalized";
    }
    switch (d.kind) {
        case TENSOR: {
            std::vector<int64_t> dims = d.numbers(TENSOR_DIMENSIONS), strides = d.numbers(TENSOR_STRIDES);
            int64_t alignment = d.number(TENSOR_ALIGNMENT, 0);
            if (dims.size() != strides.size()) return "dimensions and strides differ in number";
            for (int64_t n : dims)
                if (n < 1) return "a dimension of " + std::to_string(n);
            for (int64_t n : strides)
                if (n < 0) return "a stride of " + std::to_string(n);
            if (alignment < 1 || (alignment & (alignment - 1))) return "an alignment of " + std::to_string(alignment);
            if (!size_of_data(d.number(TENSOR_TYPE, 0))) return "a data type that is not known";
            break;
        }
        case CONVOLUTION:
            for (int a : {CONVOLUTION_DILATIONS, CONVOLUTION_STRIDES, CONVOLUTION_POST_PADDINGS, CONVOLUTION_PRE_PADDINGS})
                if ((int64_t)d.numbers(a).size() != d.number(CONVOLUTION_SPATIAL_DIMS, 0)) return "attribute " + std::to_string(a) + " has another length than there are spatial dims";
            break;
        case CONVOLUTION_FORWARD: return convolution_error(d, 700);
        case CONVOLUTION_BACKWARD_DATA: return convolution_error(d, 706);
        case CONVOLUTION_BACKWARD_FILTER: return convolution_error(d, 712);
        case GRAPH: {
            std::map<int64_t, Descriptor *> ids;
            for (Descriptor *op : d.descriptors(GRAPH_OPERATIONS))
                for (Descriptor *t : tensors_of(*op)) {
                    Descriptor *&known = ids[t->number(TENSOR_UNIQUE_ID, 0)];
                    if (known && known != t) return "two tensors have the unique id " + std::to_string(t->number(TENSOR_UNIQUE_ID, 0));
                    known = t;
                }
            break;
        }
        case VARIANT_PACK: {
            std::vector<int64_t> ids = d.numbers(PACK_UNIQUE_IDS);
            if (ids.size() != d.numbers(PACK_POINTERS).size()) return "as many unique ids as pointers are needed";
            if (std::set<int64_t>(ids.begin(), ids.end()).size() != ids.size()) return "a unique id stands there twice";
            break;
        }
        case ENGINE:
            if (d.number(ENGINE_INDEX, 0) < 0 || d.number(ENGINE_INDEX, 0) > 1) return "no engine of that index";
            break;
        default: break;
    }
    return "";
}

}  // namespace dnn
