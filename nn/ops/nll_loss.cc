#include "nn/ops/nll_loss.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/nll_loss_backward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckTypes(const NllLossOp::Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(NllLossOp::kName, in, attrs.weighted ? 3 : 2));
  RETURN_IF_ERROR(CheckDType("nll_loss_out_frame", in[0].dtype, kComputedFloats));
  if (in[1].dtype != DType::kInt64 && in[1].dtype != DType::kUInt8) {
    return absl::InvalidArgumentError(absl::StrCat("expected scalar type Long but found ", ScalarName(in[1].dtype)));
  }
  if (attrs.weighted && in[2].dtype != in[0].dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected scalar type ", ScalarName(in[0].dtype), " but found ", ScalarName(in[2].dtype)));
  }
  return absl::OkStatus();
}

struct Extents {
  int64_t n, classes, positions;
};

template <class T, class Target>
std::unique_ptr<Kernel> MakeNllKernel(const NllLossOp::Attrs& attrs, const Extents& extents) {
  return MakeSimpleKernel("loop", [attrs, extents](const KernelArgs& args) -> absl::Status {
    const auto* x = static_cast<const T*>(args.in[0]);
    const auto* target = static_cast<const Target*>(args.in[1]);
    const auto* class_weights = attrs.weighted ? static_cast<const T*>(args.in[2]) : nullptr;
    auto* y = static_cast<T*>(args.out[0]);
    auto* weights = static_cast<T*>(args.out[1]);
    for (int64_t sample = 0; sample < extents.n; ++sample, x += extents.classes * extents.positions) {
      for (int64_t i = 0; i < extents.positions; ++i, ++target, ++y, ++weights) {
        const auto wanted = static_cast<int64_t>(*target);
        *y = *weights = 0;
        if (wanted == attrs.ignore_index) continue;
        if (wanted < 0 || wanted >= extents.classes) {
          return absl::InvalidArgumentError(absl::StrCat("Target ", wanted, " is out of bounds."));
        }
        *weights = class_weights == nullptr ? T{1} : class_weights[wanted];
        *y = -x[wanted * extents.positions + i] * *weights;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> NllLossOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckTypes(attrs, in));
  const Shape& x = in[0].shape;
  if (x.rank() != 3 || !(in[1].shape == Shape{x[0], x[2]})) {
    return absl::InvalidArgumentError(
        absl::StrCat("size mismatch (got input: ", x.ToString(), ", target: ", in[1].shape.ToString(), ")"));
  }
  if (attrs.weighted && !(in[2].shape == Shape{x[1]})) {
    return absl::InvalidArgumentError(
        absl::StrCat("weight tensor should be defined either for all ", x[1],
                     " classes or no classes but got weight tensor of shape: ", in[2].shape.ToString()));
  }
  const TensorSpec out{in[0].dtype, in[1].shape};
  return std::vector<TensorSpec>{out, out};
}

absl::StatusOr<std::unique_ptr<Kernel>> NllLossOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const Extents extents{x[0], x[1], x[2]};
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return request.in[1].dtype == DType::kInt64 ? MakeNllKernel<T, int64_t>(attrs, extents)
                                                : MakeNllKernel<T, uint8_t>(attrs, extents);
  });
}

absl::Status NllLossOp::Gradient(const Attrs&, GradientScope& scope) {
  if (!scope.wants(0) || !scope.has_grad(0)) return absl::OkStatus();
  return scope.Set(0, scope.Apply<NllLossBackwardOp>({.classes = scope.spec(scope.in(0)).shape[1]},
                                                     {scope.grad(0), scope.in(1), scope.out(1)}));
}

}  // namespace moduled::nn
