#include "nn/ops/gather.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/indexed/axis_walk.h"
#include "nn/ops/kernels/word.h"
#include "nn/ops/scatter_add.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> GatherOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckAxisIndex(kName, attrs.axis, in[0].shape, in[1]));
  return std::vector<TensorSpec>{{in[0].dtype, in[1].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> GatherOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const AxisWalk walk(attrs.axis, request.in[0].shape, request.in[1].shape);
  return MakeSimpleKernel("loop", [walk, size = SizeOf(request.in[0].dtype)](const KernelArgs& args) {
    absl::Status status;
    kernels::WithSize(size, [&]<size_t kSize>() {
      const auto* x = static_cast<const kernels::Word<kSize>*>(args.in[0]);
      auto* y = static_cast<kernels::Word<kSize>*>(args.out[0]);
      status =
          walk.Run(static_cast<const int64_t*>(args.in[1]), [&](int64_t i, int64_t element) { y[i] = x[element]; });
    });
    return status;
  });
}

absl::Status GatherOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(0)) return absl::OkStatus();
  return scope.Set(0, scope.Apply<ScatterAddOp>({.axis = attrs.axis, .shape = scope.spec(scope.in(0)).shape},
                                                {scope.in(1), scope.grad()}));
}

}  // namespace moduled::nn
