#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/ops/matrix/problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using kernels::Wrapping;

template <class T>
void Multiply(const MatrixProblem& p, const T* a, const T* b, const T* bias, T* y) {
  // The element [i, j] of b is at i * row_step + j * column_step.
  const int64_t row_step = p.b_transposed ? 1 : p.n;
  const int64_t column_step = p.b_transposed ? p.k : 1;
  for (int64_t row = 0; row < p.m; ++row) {
    for (int64_t column = 0; column < p.n; ++column) {
      Wrapping<T> sum = p.with_bias ? static_cast<Wrapping<T>>(bias[column]) : Wrapping<T>(0);
      for (int64_t i = 0; i < p.k; ++i) {
        sum += static_cast<Wrapping<T>>(a[row * p.k + i]) *
               static_cast<Wrapping<T>>(b[i * row_step + column * column_step]);
      }
      y[row * p.n + column] = static_cast<T>(sum);
    }
  }
}

template <class T>
std::unique_ptr<Kernel> MakeReferenceKernelOf(const MatrixProblem& problem) {
  return MakeSimpleKernel("reference", [problem](const KernelArgs& args) {
    const auto* a = static_cast<const T*>(args.in[0]);
    const auto* b = static_cast<const T*>(args.in[1]);
    const auto* bias = problem.with_bias ? static_cast<const T*>(args.in[2]) : nullptr;
    auto* y = static_cast<T*>(args.out[0]);
    ForEachProduct(problem, [&](int64_t i, int64_t j, int64_t o) {
      Multiply(problem, a + i * problem.m * problem.k, b + j * problem.k * problem.n, bias,
               y + o * problem.m * problem.n);
    });
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceMatrixKernel(const MatrixProblem& problem,
                                                                  const KernelRequest& request) {
  ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel,
                   MakeKernelFor(NumberTypes(), "matrix product", problem.dtype,
                                 [&]<class T>() { return MakeReferenceKernelOf<T>(problem); }));
  return WithEpilogue(std::move(kernel), problem.epilogue(), request.out[0].numel(), request.threads);
}

}  // namespace moduled::nn
