// The C header in C++: one class with one owner, one exception, and expressions that read like mathematics.
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tendon.h>

class Error : public std::runtime_error {
  public:
    explicit Error(TensorStatus status) : std::runtime_error(tendon_last_error_message()), status(status) {}
    TensorStatus status;
};

inline void check(TensorStatus status) {
    if (status != TENSOR_OK) throw Error(status);
}

// Owns one handle. Copying makes another handle of the same tensor; moving hands the handle on.
class Value {
  public:
    // Borrows: the vector must outlive every tensor over it.
    Value(std::vector<float> &data, std::vector<int64_t> shape) {
        check(tensor_from_host_buffer(data.data(), data.size() * sizeof(float), TENSOR_DTYPE_F32, shape.data(),
                                      shape.size(), nullptr, &handle));
    }
    Value(const Value &other) { check(tensor_retain(other.handle, &handle)); }
    Value(Value &&other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    Value &operator=(Value other) noexcept {
        std::swap(handle, other.handle);
        return *this;
    }
    ~Value() { tensor_release(handle); } // NULL is fine

    const Tensor *get() const { return handle; }

    Value &require_grad() { return check(tensor_set_requires_grad(handle, true)), *this; }
    void backward() { check(tensor_backward(handle, nullptr)); }
    Value grad() const { return make(tensor_grad, *this); }
    Value sum() const {
        Value out;
        check(tensor_sum(handle, nullptr, 0, nullptr, &out.handle));
        return out;
    }
    std::string text() const {
        size_t needed = 0;
        check(tensor_to_string(handle, nullptr, nullptr, 0, &needed));
        std::string text(needed, '\0');
        check(tensor_to_string(handle, nullptr, text.data(), text.size(), nullptr));
        text.pop_back(); // the NUL
        return text;
    }

    friend Value operator+(const Value &a, const Value &b) { return make(tensor_add, a, b); }
    friend Value operator*(const Value &a, const Value &b) { return make(tensor_mul, a, b); }
    friend Value matmul(const Value &a, const Value &b) { return make(tensor_matmul, a, b); }
    friend Value tanh(const Value &x) { return make(tensor_tanh, x); }

  private:
    Value() = default;

    // Calls function(arguments…, &out), the form that most of the C API has.
    template <class Function, class... Values> static Value make(Function function, const Values &...values) {
        Value out;
        check(function(values.handle..., &out.handle));
        return out;
    }

    Tensor *handle = nullptr;
};

int main() {
    std::vector<float> weights = {1, -1, 0.5f, 2}, inputs = {3, 1};
    {
        Value w(weights, {2, 2}), x(inputs, {2, 1});
        w.require_grad();
        Value y = tanh(matmul(w, x)), loss = (y * y).sum();
        loss.backward();
        std::cout << "y = tanh(w x)\n" << y.text() << "\nd (y y) / d w\n" << w.grad().text() << "\n";
        try {
            matmul(x, x);
        } catch (const Error &error) {
            std::cout << tendon_status_name(error.status) << ": " << error.what() << "\n";
        }
    }
    std::cout << "tensors still alive: " << tendon_live_tensor_count() << "\n";
    return tendon_live_tensor_count() == 0 ? 0 : 1;
}
