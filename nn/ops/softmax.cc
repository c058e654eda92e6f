#include "nn/ops/softmax.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/kernels/softmax.h"
#include "nn/ops/mul.h"
#include "nn/ops/sub.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SoftmaxOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const size_t rank = in[0].shape.rank();
  RETURN_IF_ERROR(CheckAxis(attrs.axis, rank));
  const bool last = static_cast<size_t>(attrs.axis) + 1 >= rank;
  RETURN_IF_ERROR(
      CheckDType(last ? "softmax_lastdim_kernel_impl" : "softmax_kernel_impl", in[0].dtype, kComputedFloats));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> SoftmaxOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::SoftmaxExtents extents = kernels::SoftmaxExtentsOf(request.in[0].shape, attrs.axis);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [extents, threads = request.threads]<class T>() {
    return MakeSimpleKernel("two-pass", [extents, threads](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      const int64_t slab = extents.n * extents.inner;
      kernels::ForRanges(threads, extents.outer, slab, [&](int64_t begin, int64_t end) {
        kernels::Softmax(x + begin * slab, y + begin * slab, {end - begin, extents.n, extents.inner});
      });
      return absl::OkStatus();
    });
  });
}

// dx = y (dy - sum(y dy)).
absl::Status SoftmaxOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), scope.out()}));
  ASSIGN_OR_RETURN(const Value sum, SumAlongAxis(scope, product, attrs.axis));
  ASSIGN_OR_RETURN(const Value difference, scope.Apply<SubOp>({}, {scope.grad(), sum}));
  return scope.Set(0, scope.Apply<MulOp>({}, {difference, scope.out()}));
}

}  // namespace moduled::nn
