// Tensors from and for others: by name, and as DLPack structs.
#ifndef TENDON_INTERCHANGE_HPP
#define TENDON_INTERCHANGE_HPP

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

// A text for one call: a literal or a std::string, UTF-8. One with a NUL inside, where C would see its end, is refused.
class Text {
  public:
    Text(const char *text) noexcept : text_(text) {}
    Text(const std::string &text) noexcept : text_(text.c_str()), whole_(std::strlen(text.c_str()) == text.size()) {}
    const char *c_str() const noexcept { return text_; }
    bool is_whole() const noexcept { return whole_; }

  private:
    const char *text_;
    bool whole_ = true;
};

namespace detail {
inline Error cut_text(const char *function, const char *argument) noexcept {
    return Error::of(TENSOR_ERR_INVALID_ARGUMENT, "%s: %s has a NUL inside, and C would see its end there", function,
                     argument);
}
// Leaves a function one of whose texts C would see cut.
#define TENDON_DETAIL_WHOLE(text)                                                                                      \
    do {                                                                                                               \
        if (!(text).is_whole()) TENDON_DETAIL_FAIL(::tendon::detail::cut_text(__func__, #text));                       \
    } while (0)
} // namespace detail

// Tensors by name, in an order, with metadata: a state_dict. It moves and is not copied; const functions are safe in
// concurrent calls. It holds the tensors themselves, no copies.
class Dict {
  public:
    static Returns<Dict> create() {
        Dict dict{nullptr};
        TENDON_DETAIL_CHECK(tensor_dict_create(&dict.handle_));
        return dict;
    }
#ifdef TENDON_NO_EXCEPTIONS
    Dict() noexcept = default;
#else
    Dict() { detail::check(tensor_dict_create(&handle_)); }
#endif
    Dict(Dict &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Dict &operator=(Dict &&other) noexcept {
        Dict old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~Dict() {
        if (handle_ != nullptr) (void)tensor_dict_release(handle_);
    }
    static Dict adopt(::TensorDict *handle) noexcept {
        Dict dict{nullptr};
        dict.handle_ = handle;
        return dict;
    }
    // What function(arguments..., &out) makes.
    template <class F, class... A> static Returns<Dict> made_by(F function, const A &...arguments) {
        Dict dict{nullptr};
        TENDON_DETAIL_CHECK(function(arguments..., &dict.handle_));
        return dict;
    }
    ::TensorDict *handle() const noexcept { return handle_; }
    [[nodiscard]] ::TensorDict *release() noexcept { return std::exchange(handle_, nullptr); }

    Returns<std::int64_t> len() const { return number(tensor_dict_len(handle_)); }
    Returns<bool> contains(Text name) const {
        TENDON_DETAIL_WHOLE(name);
        const std::int32_t found = tensor_dict_contains(handle_, name.c_str());
        TENDON_DETAIL_CHECK(detail::asked(found));
        return found != 0;
    }
    Returns<Tensor> get(Text name) const {
        TENDON_DETAIL_WHOLE(name);
        return Tensor::made_by(tensor_dict_get, handle_, name.c_str());
    }
    Returns<Tensor> operator[](Text name) const { return get(name); }
    Returns<Tensor> at(std::int64_t index) const { return Tensor::made_by(tensor_dict_at, handle_, index); }
    Returns<std::string> name(std::int64_t index) const {
        const char *name = nullptr;
        TENDON_DETAIL_CHECK(tensor_dict_name(handle_, index, &name));
        return std::string(name);
    }
    Returns<void> set(Text name, const Tensor &x) {
        TENDON_DETAIL_WHOLE(name);
        return call(tensor_dict_set, handle_, name.c_str(), static_cast<const ::Tensor *>(x.handle()));
    }
    Returns<void> remove(Text name) {
        TENDON_DETAIL_WHOLE(name);
        return call(tensor_dict_remove, handle_, name.c_str());
    }
    // Those whose names begin with `prefix`, with `replacement` in its place; nullptr leaves the names.
    Returns<Dict> select(Text prefix, Text replacement = nullptr) const {
        TENDON_DETAIL_WHOLE(prefix);
        TENDON_DETAIL_WHOLE(replacement);
        return made_by(tensor_dict_select, handle_, prefix.c_str(), replacement.c_str());
    }
    // All names and tensors in order: for (const auto &[name, x] : dict.items())
    struct Item {
        std::string name;
        Tensor tensor;
    };
    Returns<std::vector<Item>> items() const {
        const std::int64_t count = tensor_dict_len(handle_);
        TENDON_DETAIL_CHECK(detail::asked(count));
        std::vector<Item> items(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; i++) {
            Item &item = items[static_cast<std::size_t>(i)];
            const char *item_name = nullptr;
            ::Tensor *x = nullptr;
            TENDON_DETAIL_CHECK(tensor_dict_name(handle_, i, &item_name));
            item.name = item_name;
            TENDON_DETAIL_CHECK(tensor_dict_at(handle_, i, &x));
            item.tensor = Tensor::adopt(x);
        }
        return items;
    }

    Returns<std::string> metadata(Text key) const {
        TENDON_DETAIL_WHOLE(key);
        const char *value = nullptr;
        TENDON_DETAIL_CHECK(tensor_dict_metadata(handle_, key.c_str(), &value));
        return std::string(value);
    }
    Returns<std::int64_t> metadata_len() const { return number(tensor_dict_metadata_len(handle_)); }
    // Key and value.
    Returns<std::pair<std::string, std::string>> metadata_at(std::int64_t index) const {
        const char *key = nullptr, *value = nullptr;
        TENDON_DETAIL_CHECK(tensor_dict_metadata_at(handle_, index, &key, &value));
        return std::pair<std::string, std::string>(key, value);
    }
    Returns<void> set_metadata(Text key, Text value) {
        TENDON_DETAIL_WHOLE(key);
        TENDON_DETAIL_WHOLE(value);
        return call(tensor_dict_set_metadata, handle_, key.c_str(), value.c_str());
    }
    Returns<TensorLoadStats> load_stats() const {
        TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
        TENDON_DETAIL_CHECK(tensor_dict_load_stats(handle_, &stats));
        return stats;
    }

  private:
    explicit Dict(std::nullptr_t) noexcept {}
    static Returns<std::int64_t> number(std::int64_t answer) {
        TENDON_DETAIL_CHECK(detail::asked(answer));
        return answer;
    }
    ::TensorDict *handle_ = nullptr;
};

// A DLPack struct with one owner, whose end calls its deleter. M is DLManagedTensorVersioned or DLManagedTensor of the
// dlpack.h that you include, before or after this header; give it on with release().
struct DlpackDeleter {
    template <class M> void operator()(M *managed) const noexcept {
        if (managed != nullptr && managed->deleter != nullptr) managed->deleter(managed);
    }
};
template <class M = ::DLManagedTensorVersioned> using Dlpack = std::unique_ptr<M, DlpackDeleter>;

// The tensor's memory for another library, without a copy: to_dlpack(x), or to_dlpack<DLManagedTensor>(x) for those that
// know the form without a version only.
template <class M = ::DLManagedTensorVersioned>
Returns<Dlpack<M>> to_dlpack(const Tensor &x, const DlpackOptions &options = {}) {
    M *out = nullptr;
    const ::Tensor *const handle = x.handle();
    if constexpr (std::is_same_v<M, ::DLManagedTensor>) {
        TENDON_DETAIL_CHECK(tensor_to_dlpack(handle, options.c(), &out));
    } else {
        TENDON_DETAIL_CHECK(tensor_to_dlpack_versioned(handle, options.c(), &out));
    }
    return Dlpack<M>(out);
}

// A tensor over the memory of another library: from_dlpack(Dlpack<>(managed)). The tensor owns the struct then; after a
// failure it is where it was, unless its version could not be read: then its deleter was called.
template <class M> Returns<Tensor> from_dlpack(Dlpack<M> &&managed, const DlpackOptions &options = {}) {
    ::Tensor *out = nullptr;
    TensorStatus status = TENSOR_OK;
    if constexpr (std::is_same_v<M, ::DLManagedTensor>) {
        status = tensor_from_dlpack(managed.get(), options.c(), &out);
    } else {
        status = tensor_from_dlpack_versioned(managed.get(), options.c(), &out);
        if (status == TENSOR_ERR_FORMAT) (void)managed.release();
    }
    TENDON_DETAIL_CHECK(status);
    (void)managed.release();
    return Tensor::adopt(out);
}

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_INTERCHANGE_HPP
