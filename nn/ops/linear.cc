#include "nn/ops/linear.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/fused_linear.h"
#include "nn/ops/gradients.h"
#include "nn/ops/matmul.h"
#include "nn/ops/matrix/checks.h"
#include "nn/ops/matrix/problem.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckBias(const Shape& bias, int64_t rows, int64_t columns) {
  if (bias.rank() == 1 && bias[0] == columns) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("The expanded size of the tensor (", columns,
                                                 ") must match the existing size (", bias.rank() == 0 ? 1 : bias.At(-1),
                                                 ") at non-singleton dimension 1.  Target sizes: [", rows, ", ",
                                                 columns, "].  Tensor sizes: ", bias.ToString()));
}

// The rows of x: 1 if it has one axis.
int64_t RowsOf(const Shape& x) { return x.numel(0, x.rank() - 1); }

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> LinearOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  if (in.size() != 3) RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckProductTypes("addmm_impl_cpu_", in));
  const Shape& x = in[0].shape;
  const Shape& weight = in[1].shape;
  if (weight.rank() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("linear: the weight has the wrong number of axes (got ", weight.rank(), ", want 2)"));
  }
  RETURN_IF_ERROR(CheckNoScalars(in.first(2)));
  if (x.At(-1) != weight[1]) return NotMultipliable(RowsOf(x), x.At(-1), weight[1], weight[0]);
  if (in.size() == 3) RETURN_IF_ERROR(CheckBias(in[2].shape, RowsOf(x), weight[0]));

  TensorSpec out = in[0];
  out.shape[x.rank() - 1] = weight[0];
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

MatrixProblem LinearProblem(absl::Span<const TensorSpec> in) {
  MatrixProblem problem;
  problem.dtype = in[0].dtype;
  problem.m = RowsOf(in[0].shape);
  problem.n = in[1].shape[0];
  problem.k = in[1].shape[1];
  problem.b_transposed = true;
  problem.with_bias = in.size() == 3;
  return problem;
}

absl::StatusOr<std::unique_ptr<Kernel>> LinearOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeMatrixKernel(LinearProblem(request.in), request);
}

std::optional<Op> LinearOp::WithPointwise(const Attrs&, const Pointwise& pointwise) {
  return Op::Of<FusedLinearOp>({.pointwise = pointwise});
}

std::optional<Op> LinearOp::WithResidual(const Attrs&) { return Op::Of<FusedLinearOp>({.residual = true}); }

// dx = dy weight, dweight = dy^T x, dbias = the sum of dy's rows.
absl::Status LinearOp::Gradient(const Attrs&, GradientScope& scope) {
  const Shape x_shape = scope.spec(scope.in(0)).shape;
  const Shape weight_shape = scope.spec(scope.in(1)).shape;
  const int64_t rows = x_shape.numel(0, x_shape.rank() - 1);
  ASSIGN_OR_RETURN(const Value dy, Reshaped(scope, scope.grad(), {rows, weight_shape[0]}));
  if (scope.wants(0)) {
    ASSIGN_OR_RETURN(const Value dx, scope.Apply<MatmulOp>({}, {dy, scope.in(1)}));
    RETURN_IF_ERROR(scope.Set(0, Reshaped(scope, dx, x_shape)));
  }
  if (scope.wants(1)) {
    ASSIGN_OR_RETURN(const Value x, Reshaped(scope, scope.in(0), {rows, x_shape.At(-1)}));
    ASSIGN_OR_RETURN(const Value transposed, Transposed(scope, dy));
    RETURN_IF_ERROR(scope.Set(1, scope.Apply<MatmulOp>({}, {transposed, x})));
  }
  if (!scope.wants(2)) return absl::OkStatus();
  return scope.Set(2, scope.Apply<SumOp>({.axes = {0}}, {dy}));
}

}  // namespace moduled::nn
