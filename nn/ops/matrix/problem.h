// Products of matrices as kernels see them: what is left of linear and matmul once their shapes have been checked.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "nn/ops/epilogue_kernel.h"
#include "nn/ops/kernel_candidates.h"
#include "nn/tensor/dtype.h"

namespace moduled::nn {

// y = pointwise(a b + bias + residual) for each pair of matrices: inputs a, b and, if with_bias, bias [n] and, if
// residual, what is added, of y's type.
struct MatrixProblem {
  // An axis of the batch. A step counts in matrices of the input; 0 where the input is broadcast.
  struct BatchAxis {
    int64_t extent = 1;
    int64_t a_step = 0;
    int64_t b_step = 0;
  };

  DType dtype = DType::kFloat32;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool b_transposed = false;  // b is [n, k] rather than [k, n].
  bool with_bias = false;
  bool residual = false;
  Pointwise pointwise = {};
  absl::InlinedVector<BatchAxis, 4> batch;  // Outermost first; none for a single product.

  size_t residual_input() const { return with_bias ? 3 : 2; }
  Epilogue epilogue() const {
    return {.residual = residual ? std::make_optional(residual_input()) : std::nullopt, .pointwise = pointwise};
  }
};

// x weight^T + bias for inputs that LinearOp took.
MatrixProblem LinearProblem(absl::Span<const TensorSpec> in);

// By the fastest candidate.
absl::StatusOr<std::unique_ptr<Kernel>> MakeMatrixKernel(const MatrixProblem& problem, const KernelRequest& request);

// The best first.
absl::Span<const KernelCandidate<MatrixProblem>> MatrixCandidates();

// A constant b packed ahead, by oneDNN: float32, single products of several rows.
absl::StatusOr<std::unique_ptr<Kernel>> MakePackedMatrixKernel(const MatrixProblem& problem,
                                                               const KernelRequest& request);
// The same with operands in bfloat16, summed in float32.
absl::StatusOr<std::unique_ptr<Kernel>> MakeBfloat16MatrixKernel(const MatrixProblem& problem,
                                                                 const KernelRequest& request);

// A constant b packed ahead, by the processor's tiles: float32 as two parts in bfloat16 each, or rounded to one.
absl::StatusOr<std::unique_ptr<Kernel>> MakeSplitTilesMatrixKernel(const MatrixProblem& problem,
                                                                   const KernelRequest& request);
absl::StatusOr<std::unique_ptr<Kernel>> MakeTilesMatrixKernel(const MatrixProblem& problem,
                                                              const KernelRequest& request);

// float32 and float64, by OpenBLAS: GEMV where y is a vector, else GEMM.
absl::StatusOr<std::unique_ptr<Kernel>> MakeBlasMatrixKernel(const MatrixProblem& problem,
                                                             const KernelRequest& request);

// Plain loops: every type and shape.
absl::StatusOr<std::unique_ptr<Kernel>> MakeReferenceMatrixKernel(const MatrixProblem& problem,
                                                                  const KernelRequest& request);

// Calls visit(a, b, y) for each product of the batch, the arguments counting matrices.
template <class Visit>
void ForEachProduct(const MatrixProblem& problem, Visit visit) {
  absl::InlinedVector<int64_t, 4> index(problem.batch.size(), 0);
  int64_t products = 1;
  for (const MatrixProblem::BatchAxis& axis : problem.batch) products *= axis.extent;
  int64_t a = 0;
  int64_t b = 0;
  for (int64_t y = 0; y < products; ++y) {
    visit(a, b, y);
    for (size_t i = index.size(); i-- > 0;) {
      const MatrixProblem::BatchAxis& axis = problem.batch[i];
      a += axis.a_step;
      b += axis.b_step;
      if (++index[i] < axis.extent) break;
      a -= axis.extent * axis.a_step;
      b -= axis.extent * axis.b_step;
      index[i] = 0;
    }
  }
}

}  // namespace moduled::nn
