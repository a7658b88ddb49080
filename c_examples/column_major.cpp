// A matrix class that stores columns one after another, as Fortran, LAPACK, Eigen, Armadillo and MATLAB do. Tendon borrows
// it as it lies: strides say where the next row and the next column are.
#include <cstdint>
#include <iostream>
#include <vector>

#include <tendon.hpp>

// With Eigen this is MatrixXd, with Armadillo arma::mat; their data pointer, rows and columns have the same meaning.
class Matrix {
  public:
    Matrix(std::int64_t rows, std::int64_t cols)
        : rows_(rows), cols_(cols), elements_(static_cast<std::size_t>(rows * cols)) {}
    double &operator()(std::int64_t row, std::int64_t col) {
        return elements_[static_cast<std::size_t>(col * rows_ + row)];
    }
    double *data() { return elements_.data(); }
    std::int64_t rows() const { return rows_; }
    std::int64_t cols() const { return cols_; }

  private:
    std::int64_t rows_, cols_;
    std::vector<double> elements_;
};

// [rows, cols] over the matrix's own memory: one element down is 1 further, one to the right is a column.
tendon::Tensor as_tensor(Matrix &m) {
    const auto count = static_cast<std::size_t>(m.rows() * m.cols());
    return tendon::borrow(m.data(), count, {m.rows(), m.cols()}, tendon::BorrowOptions().strides({1, m.rows()}));
}

int main() {
    Matrix a(2, 3);
    for (std::int64_t i = 0; i < 2; i++) {
        for (std::int64_t j = 0; j < 3; j++) a(i, j) = static_cast<double>(10 * i + j);
    }
    auto x = as_tensor(a);
    std::cout << "the matrix\n" << x << "\nits first column: " << x.select(1, 0) << "\n";
    std::cout << "same memory: " << (x.data_strided() == a.data()) << ", row by row: " << x.is_contiguous()
              << ", its transpose row by row: " << x.transpose(0, 1).is_contiguous() << "\n";

    // Both ways: Tendon writes, the matrix sees it.
    x[1].mul_(2);
    std::cout << "a(1, 2) = " << a(1, 2) << "\n";

    // A result goes into columns where the target says so.
    Matrix gram(3, 3);
    as_tensor(gram).copy_(matmul(x.transpose(0, 1), x));
    std::cout << "a' a, of which gram(2, 1) = " << gram(2, 1) << "\n" << as_tensor(gram) << "\n";

    // A block without a copy: rows 0 and 1, columns 1 and 2.
    std::cout << "a block\n" << x.slice(1, 1) << "\n";
    return 0;
}
