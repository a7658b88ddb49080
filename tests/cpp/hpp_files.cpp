// Tensors in files, from C++.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "check.hpp"

using tendon::CsvOptions;
using tendon::Dict;
using tendon::DType;
using tendon::LoadOptions;
using tendon::Mmap;

static std::string folder;

static Dict example() {
    Dict dict;
    dict.set("w", tendon::tensor({{1.f, 2.f}, {3.f, 4.f}}));
    dict.set("b", tendon::tensor({5, 6}));
    return dict;
}

static void npy() {
    const std::string path = folder + "/x.npy";
    const auto x = tendon::arange(6.0).reshape({2, 3});
    save_npy(x.transpose(0, 1), path);
    CHECK(holds(tendon::load_npy(path), {3, 2}, {0, 3, 1, 4, 2, 5}));
    auto mapped = tendon::load_npy(path, LoadOptions().mmap(Mmap::on));
    CHECK(mapped.is_read_only() && holds(mapped, {3, 2}, {0, 3, 1, 4, 2, 5}));
    THROWS(TENSOR_ERR_READ_ONLY, "", mapped += 1);
    THROWS(TENSOR_ERR_IO, "tensor_load_npy", (void)tendon::load_npy(folder + "/nothing.npy"));
    std::remove(path.c_str());
}

// C would see the end of a path or name at its NUL, which is another file or name.
static void cut_texts() {
    const std::string seen = folder + "/seen", cut = seen + std::string("\0.npy", 5);
    const auto x = tendon::ones({2, 2});
    const auto dict = example();
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "save_npy: path has a NUL", save_npy(x, cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "save_npz: path has a NUL", save_npz(dict, cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "save_safetensors: path has a NUL", save_safetensors(dict, cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "save_csv: path has a NUL", save_csv(x, cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "save_csv: path has a NUL", save_csv(dict, cut));
    const CsvOptions cut_names = CsvOptions().names({"w", std::string("b\0c", 3)});
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "names has a NUL", save_csv(x, seen, cut_names));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "names has a NUL", save_csv(dict, seen, cut_names));
    CHECK(access(seen.c_str(), F_OK) != 0 && access((folder + "/\xff").c_str(), F_OK) != 0); // nothing was written
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "load_npy: path has a NUL", (void)tendon::load_npy(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "load_npz: path has a NUL", (void)tendon::load_npz(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "path has a NUL", (void)tendon::load_safetensors(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "path has a NUL", (void)tendon::load_pytorch(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "load_csv: path has a NUL", (void)tendon::load_csv(cut));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "load_csv_columns: path has a NUL", (void)tendon::load_csv_columns(cut));
    save_npz(dict, seen);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "names has a NUL",
           (void)tendon::load_npz(seen, LoadOptions().names({std::string("b\0c", 3)})));
    std::remove(seen.c_str());
}

// Both formats of many tensors.
template <class Save, class Load> static void archive(const char *name, const Save &save, const Load &load, bool metadata, bool compressed = false) {
    const std::string path = folder + name;
    auto dict = example();
    dict.set_metadata("format", "pt");
    save(dict, path);
    const Dict all = load(path, LoadOptions());
    CHECK(all.len() == 2 && holds(all["w"], {2, 2}, {1, 2, 3, 4}) && holds(all["b"], DType::i32, {2}, {5, 6}));
    CHECK(all.metadata_len() == (metadata ? 1 : 0));
    const Dict some = load(path, LoadOptions().names({"b"}).mmap(Mmap::off));
    CHECK(some.len() == 1 && some.name(0) == "b" && some.load_stats().copied_tensors == 1 && !some["b"].is_read_only());
    const Dict mapped = load(path, LoadOptions().mmap(Mmap::on));
    CHECK(mapped["w"].is_read_only() != compressed && (mapped.load_stats().mapped_tensors > 0) != compressed);
    CHECK(load(path, LoadOptions().names({})).len() == 0);
    THROWS(TENSOR_ERR_NOT_FOUND, "c", (void)load(path, LoadOptions().names({"w", "c"})));
    THROWS(TENSOR_ERR_IO, "", save(dict, folder + "/no folder/x"));
    std::remove(path.c_str());
}

static void csv() {
    const std::string path = folder + "/x.csv";
    save_csv(tendon::tensor({{1.0, 2.5}, {3.0, 4.0}}), path, CsvOptions().names({"a", "b"}));
    CHECK(holds(tendon::load_csv(path, CsvOptions().header()), DType::f64, {2, 2}, {1, 2.5, 3, 4}));
    CHECK(holds(tendon::load_csv(path, CsvOptions().names({"b"}).dtype(DType::f32)), {2, 1}, {2.5, 4}));
    const Dict columns = tendon::load_csv_columns(path);
    CHECK(columns.len() == 2 && holds(columns["a"], DType::f64, {2}, {1, 3}));
    THROWS(TENSOR_ERR_NOT_FOUND, "c", (void)tendon::load_csv(path, CsvOptions().names({"c"})));
    save_csv(columns, path, CsvOptions().delimiter(';').index());
    CHECK(holds(tendon::load_csv_columns(path, CsvOptions().delimiter(';').index())["b"], DType::f64, {2}, {2.5, 4}));
    CHECK(holds(tendon::load_csv(path, CsvOptions().delimiter(';').index().skip_rows(1)), DType::f64, {2, 2}, {1, 2.5, 3, 4}));
    std::remove(path.c_str());
}

int main() {
    char name[] = "/tmp/tendon-hpp-files-XXXXXX";
    if (mkdtemp(name) == nullptr) return 1;
    folder = name;
    npy();
    cut_texts();
    csv();
    archive("/x.npz", [](const Dict &d, const std::string &p) { save_npz(d, p); },
            [](const std::string &p, const LoadOptions &o) { return tendon::load_npz(p, o); }, false);
    archive("/y.npz", [](const Dict &d, const std::string &p) { save_npz(d, p, tendon::SaveOptions().compress()); },
            [](const std::string &p, const LoadOptions &o) {
                return tendon::load_npz(p, o);
            }, false, true);
    archive("/x.safetensors", [](const Dict &d, const std::string &p) { save_safetensors(d, p); },
            [](const std::string &p, const LoadOptions &o) { return tendon::load_safetensors(p, o); }, true);
    THROWS(TENSOR_ERR_IO, "tensor_dict_load_pytorch", (void)tendon::load_pytorch(folder + "/nothing.pt"));
    rmdir(name);
    return test_end();
}
