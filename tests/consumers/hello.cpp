// The same from C++17, through both headers.
#include <cstdio>
#include <string>

#include <tendon.h>
#ifdef HAS_TENSORS
#include <tendon.hpp>
#endif

int main() {
    const std::string library = tendon_version_string();
    if (library != TENDON_VERSION_STRING) {
        std::fprintf(stderr, "library %s, header %s\n", library.c_str(), TENDON_VERSION_STRING);
        return 1;
    }
#ifdef HAS_TENSORS
    try {
        const tendon::Tensor x = tendon::ones({2, 3});
        if ((x * 2).sum().item<double>() != 12) return 1;
        (void)matmul(x, x);
        return 1; // the shapes do not fit
    } catch (const tendon::Error &error) {
        if (error.code() != TENSOR_ERR_SHAPE) {
            std::fprintf(stderr, "%s\n", error.what());
            return 1;
        }
    }
#endif
    return 0;
}
