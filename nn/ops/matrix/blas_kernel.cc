#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/matrix/problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using blas::Transpose;

// One product; with a bias, y starts as the bias in every row.
template <class T>
void Multiply(const MatrixProblem& p, const T* a, const T* b, const T* bias, T* y) {
  if (p.with_bias) {
    for (int64_t row = 0; row < p.m; ++row) std::copy_n(bias, p.n, y + row * p.n);
  }
  const T beta = p.with_bias ? 1 : 0;
  if (p.n == 1) {
    blas::Gemv(Transpose::kNo, p.m, p.k, a, b, beta, y);
  } else if (p.m == 1 && p.b_transposed) {
    blas::Gemv(Transpose::kNo, p.n, p.k, b, a, beta, y);
  } else if (p.m == 1) {
    blas::Gemv(Transpose::kYes, p.k, p.n, b, a, beta, y);
  } else {
    blas::Gemm(p.b_transposed ? Transpose::kYes : Transpose::kNo, p.m, p.n, p.k, a, p.k, b, p.b_transposed ? p.k : p.n,
               beta, y, p.n);
  }
}

template <class T>
std::unique_ptr<Kernel> MakeBlasKernelOf(const MatrixProblem& problem) {
  const auto run = [problem](const KernelArgs& args) {
    const auto* a = static_cast<const T*>(args.in[0]);
    const auto* b = static_cast<const T*>(args.in[1]);
    const auto* bias = problem.with_bias ? static_cast<const T*>(args.in[2]) : nullptr;
    auto* y = static_cast<T*>(args.out[0]);
    ForEachProduct(problem, [&](int64_t i, int64_t j, int64_t o) {
      Multiply(problem, a + i * problem.m * problem.k, b + j * problem.k * problem.n, bias,
               y + o * problem.m * problem.n);
    });
    return absl::OkStatus();
  };
  return MakeSimpleKernel(problem.m == 1 || problem.n == 1 ? "openblas_gemv" : "openblas_gemm", run);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeBlasMatrixKernel(const MatrixProblem& problem,
                                                             const KernelRequest& request) {
  if (problem.dtype != DType::kFloat32 && problem.dtype != DType::kFloat64) {
    return absl::UnimplementedError(absl::StrCat("float32 and float64 only, got ", Name(problem.dtype)));
  }
  if (problem.m == 0 || problem.n == 0 || problem.k == 0) return absl::UnimplementedError("a matrix is empty");
  if (!blas::Fits(problem.m) || !blas::Fits(problem.n) || !blas::Fits(problem.k)) {
    return absl::UnimplementedError("an extent does not fit into 32 bits");
  }
  blas::Prepare();
  ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel,
                   MakeKernelFor(FloatTypes(), "matrix product", problem.dtype,
                                 [&]<class T>() { return MakeBlasKernelOf<T>(problem); }));
  return WithEpilogue(std::move(kernel), problem.epilogue(), request.out[0].numel(), request.threads);
}

}  // namespace moduled::nn
