// The same from C++17, where an ignored status is a compiler warning.
#include <cstdio>
#include <cstring>
#include <string>

#include <tendon.h>

int main() {
    const std::string library = tendon_version_string();
    if (library != TENDON_VERSION_STRING) {
        std::fprintf(stderr, "library %s, header %s\n", library.c_str(), TENDON_VERSION_STRING);
        return 1;
    }
#ifdef HAS_TENSORS
    const int64_t shape[] = {2, 3};
    Tensor *x = nullptr;
    if (tensor_ones(shape, 2, nullptr, &x) != TENSOR_OK) {
        std::fprintf(stderr, "%s\n", tendon_last_error_message());
        return 1;
    }
    (void)tensor_release(x);
#endif
    return 0;
}
