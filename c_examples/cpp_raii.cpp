// Tendon in C++: values with owners, expressions that read like mathematics, errors as exceptions.
#include <iostream>

#include <tendon.hpp>

int main() {
    std::vector<float> weights = {1, -1, 0.5f, 2}, inputs = {3, 1};
    {
        auto w = tendon::borrow(weights, {2, 2}); // no copy: the vector must outlive every tensor over it
        const auto x = tendon::borrow(inputs, {2, 1});
        w.set_requires_grad();
        const auto y = tanh(matmul(w, x));
        auto loss = (y * y).sum();
        loss.backward();
        std::cout << "y = tanh(w x)\n" << y << "\nd (y y) / d w\n" << w.grad() << "\n";
        try {
            (void)matmul(x, x);
        } catch (const tendon::Error &error) {
            std::cout << error.name() << ": " << error.what() << "\n";
        }
    }
    std::cout << "tensors still alive: " << tendon::live_tensor_count() << "\n";
    return tendon::live_tensor_count() == 0 ? 0 : 1;
}
