#include "nn/ops/prod.h"

#include <type_traits>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/axis_lines.h"
#include "nn/ops/mul.h"
#include "nn/ops/prod_others.h"
#include "nn/ops/reduction/axes.h"
#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ProdOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType("prod_cpu", in[0].dtype, {DType::kFloat32, DType::kFloat64, DType::kInt64}));
  ASSIGN_OR_RETURN(Shape shape, ReducedShape({.axes = {attrs.axis}}, in[0].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> ProdOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto lines = kernels::AxisLines::Of(request.in[0].shape, attrs.axis);
  return MakeKernelFor(Types<float, double, int64_t>(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [lines](const KernelArgs& args) {
      using Product = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
      lines.ForEach([&](int64_t first, int64_t line) {
        const auto* x = static_cast<const T*>(args.in[0]) + first;
        Product product = 1;
        for (int64_t k = 0; k < lines.n; ++k) product *= static_cast<Product>(x[k * lines.inner]);
        static_cast<T*>(args.out[0])[line] = static_cast<T>(product);
      });
      return absl::OkStatus();
    });
  });
}

absl::Status ProdOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape kept = KeptShape({.axes = {attrs.axis}}, scope.spec(scope.in(0)).shape);
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<ReshapeOp>({.shape = kept}, {scope.grad()}));
  ASSIGN_OR_RETURN(const Value others, scope.Apply<ProdOthersOp>({.axis = attrs.axis}, {scope.in(0)}));
  return scope.Set(0, scope.Apply<MulOp>({}, {others, gradient}));
}

}  // namespace moduled::nn
