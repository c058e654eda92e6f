#include "nn/ops/scatter_add.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/gather.h"
#include "nn/ops/indexed/axis_walk.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ScatterAddOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckDType("scatter_add_cpu", in[1].dtype, {DType::kFloat32, DType::kFloat64, DType::kInt64}));
  TensorSpec out{in[1].dtype, attrs.shape};
  RETURN_IF_ERROR(out.Check());
  RETURN_IF_ERROR(CheckAxisIndex(kName, attrs.axis, attrs.shape, in[0]));
  if (!(in[0].shape == in[1].shape)) {
    return absl::InvalidArgumentError(absl::StrCat("scatter_add: the shapes of index and source differ (got ",
                                                   in[0].shape.ToString(), " and ", in[1].shape.ToString(), ")"));
  }
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ScatterAddOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const AxisWalk walk(attrs.axis, attrs.shape, request.in[0].shape);
  const int64_t n = request.out[0].numel();
  return MakeKernelFor(Types<float, double, int64_t>(), kName, request.in[1].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [walk, n](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[1]);
      auto* y = static_cast<T*>(args.out[0]);
      std::fill_n(y, n, T{0});
      return walk.Run(static_cast<const int64_t*>(args.in[0]),
                      [&](int64_t i, int64_t element) { y[element] = kernels::Add()(y[element], x[i]); });
    });
  });
}

absl::Status ScatterAddOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.wants(1)) return absl::OkStatus();
  return scope.Set(1, scope.Apply<GatherOp>({.axis = attrs.axis}, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
