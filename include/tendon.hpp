// Tendon in C++17: values with owners, operators and errors over tendon.h, in headers alone.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   #include <tendon.hpp>
//
//   tendon::Tensor w = tendon::tensor({{1.f, -1.f}, {0.5f, 2.f}}, tendon::requires_grad());
//   tendon::Tensor y = tanh(matmul(w, x)), loss = (y * y).sum();
//   loss.backward();
//   std::cout << w.grad();
//
// Link with the library of tendon.h. docs/cpp.md explains; the C functions behind it are documented in tendon.h.
#ifndef TENDON_HPP
#define TENDON_HPP

#include "tendon/error.hpp"          // Error, Result, the two styles
#include "tendon/types.hpp"          // DType, Device, Scalar, Shape, Span
#include "tendon/options.hpp"        // ReduceOptions().keepdim()
#include "tendon/tensor.hpp"         // Tensor
#include "tendon/ops.hpp"            // exp(x), matmul(a, b), a + b
#include "tendon/make.hpp"           // zeros, tensor({...}), borrow, take
#include "tendon/context.hpp"        // NoGrad, Scope, CancelToken, callbacks
#include "tendon/optim.hpp"          // sgd, adamw
#include "tendon/interchange.hpp"    // Dict, DLPack
#include "tendon/files.hpp"          // load_npy, save_safetensors
#include "tendon/cuda.hpp"           // cuda::Stream, cuda::Event

#endif // TENDON_HPP
