// Both styles in one program: this file throws, hpp_styles/returning.cpp returns. A tensor passes as its C handle.
#include "check.hpp"

// In hpp_styles/returning.cpp: x + 1, or why not, as a status. Takes the handle over.
TensorStatus add_one_without_exceptions(::Tensor *x, ::Tensor **out);

int main() {
    auto x = tendon::ones({2});
    ::Tensor *sum = nullptr;
    CHECK(add_one_without_exceptions(x.release(), &sum) == TENSOR_OK && !x.defined());
    CHECK(holds(tendon::Tensor::adopt(sum), {2}, {2, 2}));
    CHECK(add_one_without_exceptions(nullptr, &sum) == TENSOR_ERR_INVALID_HANDLE && sum == nullptr);
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)(tendon::Tensor() + 1));
    return test_end();
}
