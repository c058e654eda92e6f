#include "nn/ops/cast.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> CastOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  return std::vector<TensorSpec>{{attrs.dtype, in[0].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> CastOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::ConvertLoop convert = kernels::FindConvertLoop(request.in[0].dtype, attrs.dtype);
  return MakeSimpleKernel("loop", [convert, n = request.in[0].numel()](const KernelArgs& args) {
    convert(args.in[0], args.out[0], n);
    return absl::OkStatus();
  });
}

// Only floats have gradients, so this is a cast between floats.
absl::Status CastOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<CastOp>({.dtype = scope.spec(scope.in(0)).dtype}, {scope.grad()}));
}

}  // namespace moduled::nn
