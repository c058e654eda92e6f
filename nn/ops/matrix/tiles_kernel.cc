#include "nn/ops/matrix/problem.h"
#include "nn/ops/tiles/kernel.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class TilesMatrixKernel final : public tiles::TilesKernel {
 public:
  TilesMatrixKernel(const tiles::Problem& problem, const tiles::Inputs& inputs, std::shared_ptr<const Tensor> packed)
      : TilesKernel(problem, inputs, std::move(packed)), depth_(problem.depth) {}

  absl::Status Run(const KernelArgs& args) const override {
    RunRows(tiles::DenseRows(static_cast<const float*>(args.in[0]), depth_), args);
    return absl::OkStatus();
  }

 private:
  const int64_t depth_;
};

absl::StatusOr<std::unique_ptr<Kernel>> Make(const MatrixProblem& problem, const KernelRequest& request, bool split) {
  if (problem.dtype != DType::kFloat32) return absl::UnimplementedError("float32 only");
  if (!problem.batch.empty()) return absl::UnimplementedError("a batch of products");
  const tiles::Problem product = {.rows = problem.m,
                                  .columns = problem.n,
                                  .depth = problem.k,
                                  .split = split,
                                  .threads = request.threads,
                                  .bias = problem.with_bias,
                                  .residual = problem.residual,
                                  .pointwise = problem.pointwise};
  const tiles::Columns b = {.column_stride = problem.b_transposed ? problem.k : 1,
                            .inner = problem.k,
                            .inner_stride = problem.b_transposed ? 1 : problem.n};
  ASSIGN_OR_RETURN(std::shared_ptr<const Tensor> packed, tiles::PackConstant(product, b, request));
  const tiles::Inputs inputs = {.bias = 2, .residual = problem.residual_input()};
  return std::make_unique<TilesMatrixKernel>(product, inputs, std::move(packed));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeSplitTilesMatrixKernel(const MatrixProblem& problem,
                                                                   const KernelRequest& request) {
  return Make(problem, request, /*split=*/true);
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeTilesMatrixKernel(const MatrixProblem& problem,
                                                              const KernelRequest& request) {
  return Make(problem, request, /*split=*/false);
}

}  // namespace moduled::nn
