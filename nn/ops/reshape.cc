#include "nn/ops/reshape.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ReshapeOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(attrs.shape.Check());
  if (attrs.shape.numel() != in[0].numel()) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape '", attrs.shape.ToString(), "' is invalid for input of size ", in[0].numel()));
  }
  return std::vector<TensorSpec>{{in[0].dtype, attrs.shape}};
}

// For those who do not know of views: a plan does, and never asks.
absl::StatusOr<std::unique_ptr<Kernel>> ReshapeOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeSimpleKernel("copy", [bytes = request.in[0].byte_size()](const KernelArgs& args) {
    std::memcpy(args.out[0], args.in[0], bytes);
    return absl::OkStatus();
  });
}

absl::Status ReshapeOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<ReshapeOp>({.shape = scope.spec(scope.in(0)).shape}, {scope.grad()}));
}

}  // namespace moduled::nn
