#include "nn/ops/nll_loss_backward.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T, class Target>
std::unique_ptr<Kernel> MakeBackwardKernel(const Shape& out) {
  return MakeSimpleKernel("loop", [n = out[0], classes = out[1], positions = out[2]](const KernelArgs& args) {
    const auto* grad = static_cast<const T*>(args.in[0]);
    const auto* target = static_cast<const Target*>(args.in[1]);
    const auto* weights = static_cast<const T*>(args.in[2]);
    auto* grad_x = static_cast<T*>(args.out[0]);
    std::fill_n(grad_x, n * classes * positions, T{0});
    for (int64_t sample = 0; sample < n; ++sample, grad_x += classes * positions) {
      for (int64_t i = 0; i < positions; ++i, ++grad, ++target, ++weights) {
        const auto wanted = static_cast<int64_t>(*target);
        // No class: ignored, or nll_loss has failed.
        if (wanted >= 0 && wanted < classes) grad_x[wanted * positions + i] = -*weights * *grad;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> NllLossBackwardOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 3));
  RETURN_IF_ERROR(CheckDType("nll_loss_backward", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckDType("nll_loss_backward", in[1].dtype, {DType::kInt64, DType::kUInt8}));
  if (in[0].shape.rank() != 2 || !(in[1].shape == in[0].shape) || !(in[2] == in[0])) {
    return absl::InvalidArgumentError("nll_loss_backward: the inputs' shapes differ");
  }
  TensorSpec out{in[0].dtype, {in[0].shape[0], attrs.classes, in[0].shape[1]}};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> NllLossBackwardOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return request.in[1].dtype == DType::kInt64 ? MakeBackwardKernel<T, int64_t>(request.out[0].shape)
                                                : MakeBackwardKernel<T, uint8_t>(request.out[0].shape);
  });
}

}  // namespace moduled::nn
