#include "nn/ops/fused_linear.h"

#include "absl/strings/str_cat.h"
#include "nn/ops/linear.h"
#include "nn/ops/matrix/problem.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The inputs of the linear operator.
absl::Span<const TensorSpec> Unfused(const FusedLinearOp::Attrs& attrs, absl::Span<const TensorSpec> in) {
  return attrs.residual && !in.empty() ? in.first(in.size() - 1) : in;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> FusedLinearOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, LinearOp::Infer({}, Unfused(attrs, in)));
  if (out[0].dtype != DType::kFloat32) return absl::InvalidArgumentError(absl::StrCat(kName, ": float32 only"));
  if (attrs.residual && in.back() != out[0]) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": the residual is not of the output's type"));
  }
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> FusedLinearOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  MatrixProblem problem = LinearProblem(Unfused(attrs, request.in));
  problem.residual = attrs.residual;
  problem.pointwise = attrs.pointwise;
  return MakeMatrixKernel(problem, request);
}

std::optional<Op> FusedLinearOp::WithPointwise(const Attrs& attrs, const Pointwise& pointwise) {
  if (attrs.pointwise.kind != Pointwise::Kind::kIdentity) return std::nullopt;
  return Op::Of<FusedLinearOp>({attrs.residual, pointwise});
}

std::optional<Op> FusedLinearOp::WithResidual(const Attrs& attrs) {
  if (attrs.residual || attrs.pointwise.kind != Pointwise::Kind::kIdentity) return std::nullopt;
  return Op::Of<FusedLinearOp>({.residual = true});
}

}  // namespace moduled::nn
