// Tensors in files: NumPy's .npy and .npz, .safetensors, checkpoints of PyTorch, tables of numbers as text. docs/files.md
// has what each format holds. Paths are taken as they are, and refused with a NUL inside; a file that is saved is replaced
// when the new one is whole.
#ifndef TENDON_FILES_HPP
#define TENDON_FILES_HPP

#include "interchange.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

enum class Mmap : std::int32_t { by_default = TENSOR_MMAP_DEFAULT, on = TENSOR_MMAP_ON, off = TENSOR_MMAP_OFF };

namespace detail {

// The names of an options struct, which C wants as an array of pointers.
class NameList {
  public:
    void put(std::vector<std::string> names) {
        names_ = std::move(names);
        given_ = true;
    }
    // Whether C would see every name to its end: asked before a call.
    bool is_whole() const noexcept {
        return std::all_of(names_.begin(), names_.end(), [](const std::string &name) { return Text(name).is_whole(); });
    }
    // Into a struct, through `pointers`, for one call. None were given: NULL, which is all.
    template <class C> void fill(C &options, std::vector<const char *> &pointers) const {
        if (!given_) return;
        pointers.reserve(names_.size() + 1);
        for (const std::string &name : names_) pointers.push_back(name.c_str());
        options.nnames = pointers.size();
        pointers.push_back(nullptr); // so that no names are an array too
        options.names = pointers.data();
    }

  private:
    std::vector<std::string> names_;
    bool given_ = false;
};

// What function(arguments..., options, &out) makes; Made is Tensor or Dict.
template <class Made, class O, class F, class... A>
Returns<Made> loaded(const O &options, F function, const A &...arguments) {
    if (!options.has_whole_names()) TENDON_DETAIL_FAIL(cut_text("load", "one of the names"));
    std::vector<const char *> names;
    const auto c = options.c(names);
    return Made::made_by(function, arguments..., &c);
}

} // namespace detail

class LoadOptions {
  public:
    LoadOptions &mmap(Mmap how) noexcept { return mmap_ = how, *this; }
    // Only these, in this order.
    LoadOptions &names(std::vector<std::string> names) { return names_.put(std::move(names)), *this; }
    LoadOptions &device(Device where) noexcept { return device_ = where, *this; }

    bool has_whole_names() const noexcept { return names_.is_whole(); }
    TensorLoadOptions c(std::vector<const char *> &names) const {
        TensorLoadOptions options = TENSOR_LOAD_OPTIONS_INIT;
        options.mmap = static_cast<std::int32_t>(mmap_);
        options.device = device_.c();
        names_.fill(options, names);
        return options;
    }

  private:
    Mmap mmap_ = Mmap::by_default;
    Device device_;
    detail::NameList names_;
};

class SaveOptions : public detail::OptionsOf<SaveOptions, TensorSaveOptions> {
  public:
    static constexpr TensorSaveOptions defaults = TENSOR_SAVE_OPTIONS_INIT;
    SaveOptions() noexcept : OptionsOf(defaults) {}
    // Smaller and slower, where the format can: .npz.
    SaveOptions &compress(bool on = true) noexcept { return set(&TensorSaveOptions::compress, on); }
};

class CsvOptions {
  public:
    CsvOptions &dtype(DType type) noexcept { return options_.dtype = c_dtype(type), *this; }
    CsvOptions &device(Device where) noexcept { return options_.device = where.c(), *this; }
    CsvOptions &delimiter(char sign) noexcept { return options_.delimiter = sign, *this; }
    // The first line names the columns.
    CsvOptions &header(bool on = true) noexcept { return options_.header = on, *this; }
    // The first column numbers the rows.
    CsvOptions &index(bool on = true) noexcept { return options_.index = on, *this; }
    CsvOptions &skip_rows(std::int64_t lines) noexcept { return options_.skip_rows = lines, *this; }
    // To load: only these columns, in this order. To save: what they are called.
    CsvOptions &names(std::vector<std::string> names) { return names_.put(std::move(names)), *this; }

    bool has_whole_names() const noexcept { return names_.is_whole(); }
    TensorCsvOptions c(std::vector<const char *> &names) const {
        TensorCsvOptions options = options_;
        names_.fill(options, names);
        return options;
    }

  private:
    TensorCsvOptions options_ = TENSOR_CSV_OPTIONS_INIT;
    detail::NameList names_;
};

inline Returns<Tensor> load_npy(Text path, const LoadOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Tensor>(options, tensor_load_npy, path.c_str());
}
inline Returns<Dict> load_npz(Text path, const LoadOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Dict>(options, tensor_dict_load_npz, path.c_str());
}
inline Returns<Dict> load_safetensors(Text path, const LoadOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Dict>(options, tensor_dict_load_safetensors, path.c_str());
}
inline Returns<Dict> load_pytorch(Text path, const LoadOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Dict>(options, tensor_dict_load_pytorch, path.c_str());
}
// One table, and the columns of one by their names.
inline Returns<Tensor> load_csv(Text path, const CsvOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Tensor>(options, tensor_load_csv, path.c_str());
}
inline Returns<Dict> load_csv_columns(Text path, const CsvOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return detail::loaded<Dict>(options, tensor_dict_load_csv, path.c_str());
}

inline Returns<void> save_npy(const Tensor &x, Text path, const SaveOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return call(tensor_save_npy, static_cast<const ::Tensor *>(x.handle()), path.c_str(), options.c());
}
inline Returns<void> save_npz(const Dict &dict, Text path, const SaveOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return call(tensor_dict_save_npz, static_cast<const ::TensorDict *>(dict.handle()), path.c_str(), options.c());
}
inline Returns<void> save_safetensors(const Dict &dict, Text path, const SaveOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    return call(tensor_dict_save_safetensors, static_cast<const ::TensorDict *>(dict.handle()), path.c_str(),
                options.c());
}
inline Returns<void> save_csv(const Tensor &x, Text path, const CsvOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    if (!options.has_whole_names()) TENDON_DETAIL_FAIL(detail::cut_text(__func__, "one of the names"));
    std::vector<const char *> names;
    const TensorCsvOptions c = options.c(names);
    return call(tensor_save_csv, static_cast<const ::Tensor *>(x.handle()), path.c_str(), &c);
}
inline Returns<void> save_csv(const Dict &dict, Text path, const CsvOptions &options = {}) {
    TENDON_DETAIL_WHOLE(path);
    if (!options.has_whole_names()) TENDON_DETAIL_FAIL(detail::cut_text(__func__, "one of the names"));
    std::vector<const char *> names;
    const TensorCsvOptions c = options.c(names);
    return call(tensor_dict_save_csv, static_cast<const ::TensorDict *>(dict.handle()), path.c_str(), &c);
}

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_FILES_HPP
