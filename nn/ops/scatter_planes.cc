#include "nn/ops/scatter_planes.h"

#include <algorithm>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/indexed_planes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ScatterPlanesOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckPlanes(kName, in[0].shape));
  RETURN_IF_ERROR(CheckIndices(in[0].shape, in[1]));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, {in[0].shape[0], in[0].shape[1]}};
  for (const int64_t extent : attrs.plane) out.shape.push_back(extent);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ScatterPlanesOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  const IndexedPlanes planes(request.in[1].shape, request.out[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [planes, n = request.out[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      std::fill_n(y, n, T{0});
      return planes.ForEach(static_cast<const int64_t*>(args.in[1]), [=](int64_t i, int64_t to) { y[to] += x[i]; });
    });
  });
}

absl::Status SetGradientOfPicked(GradientScope& scope) {
  if (!scope.has_grad(0)) return absl::OkStatus();
  const Shape plane(scope.spec(scope.in(0)).shape.extents().subspan(2));
  return scope.Set(0, scope.Apply<ScatterPlanesOp>({.plane = plane}, {scope.grad(0), scope.out(1)}));
}

}  // namespace moduled::nn
