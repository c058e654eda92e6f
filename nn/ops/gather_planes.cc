#include "nn/ops/gather_planes.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/indexed_planes.h"
#include "nn/ops/scatter_planes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> GatherPlanesOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckPlanes(kName, in[0].shape));
  RETURN_IF_ERROR(CheckPlanes(kName, in[1].shape));
  RETURN_IF_ERROR(CheckIndices(in[1].shape, in[1]));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  if (in[0].shape[0] != in[1].shape[0] || in[0].shape[1] != in[1].shape[1]) {
    return absl::InvalidArgumentError(absl::StrCat("gather_planes: the planes differ in number (got ",
                                                   in[0].shape.ToString(), " and ", in[1].shape.ToString(), ")"));
  }
  return std::vector<TensorSpec>{{in[0].dtype, in[1].shape}};
}

absl::StatusOr<std::unique_ptr<Kernel>> GatherPlanesOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  const IndexedPlanes planes(request.in[1].shape, request.in[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [planes](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      return planes.ForEach(static_cast<const int64_t*>(args.in[1]), [=](int64_t i, int64_t from) { y[i] = x[from]; });
    });
  });
}

absl::Status GatherPlanesOp::Gradient(const Attrs&, GradientScope& scope) {
  const Shape plane(scope.spec(scope.in(0)).shape.extents().subspan(2));
  return scope.Set(0, scope.Apply<ScatterPlanesOp>({.plane = plane}, {scope.grad(), scope.in(1)}));
}

}  // namespace moduled::nn
