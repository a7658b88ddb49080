// Eigen's matrices and Tendon's tensors over the same memory, both ways: columns or rows, whole or a block of a matrix.
//
// needs: libeigen3-dev for Eigen/Dense
// flags: -isystem /usr/include/eigen3
#include <iostream>

#include <Eigen/Dense>
#include <tendon.hpp>

// A tensor over a matrix, array, map or block of Eigen's that has its elements in memory; it must outlive the tensor.
// Strides say which way they lie. `count` reaches to the last element: the memory of a block ends there.
template <class Matrix> tendon::Tensor borrow_matrix(Matrix &m) {
    const auto count = m.size() == 0 ? 0 : (m.rows() - 1) * m.rowStride() + (m.cols() - 1) * m.colStride() + 1;
    return tendon::borrow(m.data(), static_cast<std::size_t>(count), {m.rows(), m.cols()},
                          tendon::BorrowOptions().strides({m.rowStride(), m.colStride()}));
}

// A matrix of Eigen's over a tensor of rank 2 in C order, read-only; the tensor must outlive it.
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
Eigen::Map<const RowMajor> view_matrix(const tendon::Tensor &x) { return {x.data<double>(), x.size(0), x.size(1)}; }

int main() {
    Eigen::MatrixXd a(4, 2);
    a << 1, 1, 1, 2, 1, 3, 1, 4;
    Eigen::VectorXd b(4);
    b << 6, 5, 7, 10;

    // || a w - b ||^2 / 2 and its gradient in Tendon, over Eigen's memory.
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(2, 1);
    auto w = borrow_matrix(weights).set_requires_grad();
    auto loss = square(matmul(borrow_matrix(a), w) - borrow_matrix(b)).sum() / 2;
    loss.backward();
    std::cout << "gradient by Tendon: " << view_matrix(w.grad()).transpose() << "\n";
    std::cout << "gradient by Eigen:  " << (a.transpose() * (a * weights - b)).transpose() << "\n";

    // Newton's step with Eigen's solver; the tensor sees the new weights, which are the same memory.
    weights -= (a.transpose() * a).ldlt().solve(view_matrix(w.grad()));
    std::cout << "weights: " << weights.transpose() << ", as a tensor " << w.detach().flatten() << "\n";

    // A block is borrowed as it lies, and written through.
    auto corner = a.block(1, 0, 2, 2);
    borrow_matrix(corner).fill_(0);
    std::cout << "with a block of zeros:\n" << a << "\n";
    return 0;
}
