// Tensors by name, and DLPack structs with one owner.
#include "check.hpp"
#include "dlpack_structs.h" // after tendon.hpp: it is where it is used that the structs must be known

using tendon::Dlpack;
using tendon::DType;
using tendon::Shape;

static_assert(!std::is_copy_constructible_v<tendon::Dict> && std::is_nothrow_move_constructible_v<tendon::Dict>);

static void dicts() {
    tendon::Dict dict;
    const auto w = tendon::ones({2, 2}), b = tendon::zeros({2});
    dict.set("layer.weight", w);
    dict.set(std::string("layer.bias"), b);
    dict.set("scale", tendon::scalar(0.5));
    CHECK(dict.len() == 3 && dict.contains("scale") && !dict.contains("Scale"));
    CHECK(dict.get("layer.weight").is_same(w) && dict["layer.bias"].is_same(b) && dict.at(2).item<double>() == 0.5);
    CHECK(dict.name(1) == "layer.bias");
    THROWS(TENSOR_ERR_NOT_FOUND, "layer", (void)dict["layer"]);
    THROWS(TENSOR_ERR_INDEX, "", (void)dict.at(3));
    THROWS(TENSOR_ERR_INDEX, "", (void)dict.name(-7));
    // A text with a NUL inside is not the one that C would see.
    const std::string cut("scale\0b", 7);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "contains: name has a NUL", (void)dict.contains(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "get: name has a NUL", (void)dict.get(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "get: name has a NUL", (void)dict[cut]);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "set: name has a NUL", dict.set(cut, w));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "remove: name has a NUL", dict.remove(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "select: prefix has a NUL", (void)dict.select(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "select: replacement has a NUL", (void)dict.select("scale", cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "metadata: key has a NUL", (void)dict.metadata(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "set_metadata: key has a NUL", dict.set_metadata(cut, "x"));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "set_metadata: value has a NUL", dict.set_metadata("x", cut));
    CHECK(dict.len() == 3 && dict.contains("scale") && dict.metadata_len() == 0);
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", dict.set("empty", tendon::Tensor()));

    std::string names;
    for (const auto &[name, x] : dict.items()) names += name + " " + std::to_string(x.numel()) + ", ";
    CHECK(names == "layer.weight 4, layer.bias 2, scale 1, ");

    auto layer = dict.select("layer.", "");
    CHECK(layer.len() == 2 && layer["bias"].is_same(b) && dict.select("layer.").name(0) == "layer.weight");
    dict.remove("scale");
    THROWS(TENSOR_ERR_NOT_FOUND, "", dict.remove("scale"));
    CHECK(dict.len() == 2);

    dict.set_metadata("format", "pt");
    dict.set_metadata("made by", std::string("a test"));
    CHECK(dict.metadata_len() == 2 && dict.metadata("format") == "pt" && dict.metadata_at(1).second == "a test");
    THROWS(TENSOR_ERR_NOT_FOUND, "", (void)dict.metadata("nothing"));
    CHECK(dict.load_stats().mapped_tensors == 0 && layer.metadata_len() == 0);

    const tendon::Dict moved = std::move(dict);
    CHECK(moved.len() == 2);
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)dict.len());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)dict.contains("x"));
    layer = tendon::Dict::create();
    CHECK(layer.len() == 0 && layer.items().empty());
    ::TensorDict *const handle = layer.release();
    CHECK(tendon::Dict::adopt(handle).handle() == handle);
}

static int deleted;
template <class M> static void count_and_free(M *managed) {
    deleted++;
    delete managed;
}

// What another library would hand over: 2 x 2 floats.
template <class M> static Dlpack<M> foreign(float *data, std::int64_t *shape) {
    auto *managed = new M();
    managed->dl_tensor.data = data;
    managed->dl_tensor.device = {kDLCPU, 0};
    managed->dl_tensor.ndim = 2;
    managed->dl_tensor.dtype = {kDLFloat, 32, 1};
    managed->dl_tensor.shape = shape;
    managed->deleter = count_and_free<M>;
    return Dlpack<M>(managed);
}

static void dlpack() {
    std::vector<float> v = {1, 2, 3, 4};
    {
        // Out: the memory lives as long as the struct.
        Dlpack<> managed;
        {
            const auto x = tendon::take(std::move(v), {2, 2});
            managed = tendon::to_dlpack(x.transpose(0, 1));
            CHECK(managed->version.major == 1 && managed->dl_tensor.data == x.data<float>() &&
                  managed->dl_tensor.strides[0] == 1);
        }
        // And in again.
        const auto back = tendon::from_dlpack(std::move(managed));
        CHECK(managed == nullptr && holds(back, {2, 2}, {1, 3, 2, 4}));
    }
    {
        const auto x = tendon::ones({3});
        const auto old = tendon::to_dlpack<DLManagedTensor>(x);
        CHECK(old->dl_tensor.data == x.data<float>());
        const auto copy = tendon::to_dlpack(x, tendon::DlpackOptions().copy(tendon::DlpackCopy::always));
        CHECK(copy->dl_tensor.data != x.data<float>() && (copy->flags & DLPACK_FLAG_BITMASK_IS_COPIED) != 0);
        THROWS(TENSOR_ERR_UNSUPPORTED, "", (void)tendon::to_dlpack(x, tendon::DlpackOptions().max_version(0, 8)));
    }
    float data[] = {1, 2, 3, 4};
    std::int64_t shape[] = {2, 2};
    {
        auto x = tendon::from_dlpack(foreign<DLManagedTensor>(data, shape));
        x += 1;
        CHECK(data[3] == 5 && x.data<float>() == data && deleted == 0);
    }
    CHECK(deleted == 1);
    // After a failure the struct is the caller's; of another major version it is gone.
    auto wrong = foreign<DLManagedTensorVersioned>(data, shape);
    wrong->version = {1, 0};
    wrong->dl_tensor.dtype.code = kDLOpaqueHandle;
    THROWS(TENSOR_ERR_UNSUPPORTED, "", (void)tendon::from_dlpack(std::move(wrong)));
    CHECK(wrong != nullptr && deleted == 1);
    wrong->version = {9, 0};
    THROWS(TENSOR_ERR_FORMAT, "", (void)tendon::from_dlpack(std::move(wrong)));
    CHECK(wrong == nullptr && deleted == 2);
    const tendon::ReleaseQueue queue;
    (void)tendon::from_dlpack(foreign<DLManagedTensor>(data, shape),
                              tendon::DlpackOptions().release_queue(queue));
    CHECK(deleted == 2 && queue.run() == 1 && deleted == 3);
    THROWS(TENSOR_ERR_AUTOGRAD, "", (void)tendon::to_dlpack(tendon::ones({1}, tendon::requires_grad())));
    THROWS(TENSOR_ERR_READ_ONLY, "",
           (void)tendon::to_dlpack<DLManagedTensor>(tendon::borrow(data, {4}, tendon::BorrowOptions().read_only())));
}

int main() {
    dicts();
    dlpack();
    return test_end();
}
