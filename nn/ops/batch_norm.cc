#include "nn/ops/batch_norm.h"

#include <cmath>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channel_gradients.h"
#include "nn/ops/channels.h"
#include "nn/ops/channels_last/batch_norm.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/channel_affine.h"
#include "nn/ops/mul.h"
#include "nn/ops/scratch_layout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeBatchNormKernel(const BatchNormOp::Attrs& attrs, const ChannelView& view) {
  ScratchLayout layout;
  const size_t bytes = static_cast<size_t>(view.channels) * sizeof(T);
  const size_t scales = layout.Add(bytes);
  const size_t shifts = layout.Add(bytes);
  const auto run = [attrs, view, scales, shifts](const KernelArgs& args) {
    const auto input = [&](size_t i) { return static_cast<const T*>(args.in[i]); };
    T* scale = ScratchLayout::At<T>(args.scratch, scales);
    T* shift = ScratchLayout::At<T>(args.scratch, shifts);
    for (int64_t c = 0; c < view.channels; ++c) {
      // In double: mean * scale and bias may cancel each other.
      const double gain = (attrs.affine ? static_cast<double>(input(3)[c]) : 1.0) /
                          std::sqrt(static_cast<double>(input(2)[c]) + attrs.eps);
      const double bias = attrs.affine ? static_cast<double>(input(4)[c]) : 0.0;
      scale[c] = static_cast<T>(gain);
      shift[c] = static_cast<T>(bias - static_cast<double>(input(1)[c]) * gain);
    }
    kernels::ScaleShiftChannels(view, input(0), static_cast<T*>(args.out[0]), scale, shift);
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, layout.bytes());
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> BatchNormOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  static constexpr absl::string_view kNames[] = {"running_mean", "running_var", "weight", "bias"};
  RETURN_IF_ERROR(CheckChannelInputs(kName, in, absl::MakeConstSpan(kNames).first(attrs.affine ? 4 : 2)));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> BatchNormOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const ChannelView view = ChannelView::Of(request.in[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBatchNormKernel<T>(attrs, view); });
}

std::optional<ChannelsLastForm> BatchNormOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in[0].shape.rank() != 4 || in[0].dtype != DType::kFloat32) return std::nullopt;
  return ChannelsLastForm{Op::Of<ChannelsLastBatchNormOp>({.batch_norm = attrs})};
}

// dx = dy weight / sqrt(var + eps). Statistics are not learnt: none flows to them.
absl::Status BatchNormOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape shape = scope.spec(scope.in(0)).shape;
  ASSIGN_OR_RETURN(const Value scale, InverseDeviation(scope, scope.in(2), attrs.eps, shape));
  if (scope.wants(0)) {
    ASSIGN_OR_RETURN(Value dx, scope.Apply<MulOp>({}, {scope.grad(), scale}));
    if (attrs.affine) {
      ASSIGN_OR_RETURN(const Value weight, PerChannel(scope, scope.in(3), shape));
      ASSIGN_OR_RETURN(dx, scope.Apply<MulOp>({}, {dx, weight}));
    }
    RETURN_IF_ERROR(scope.Set(0, dx));
  }
  if (scope.wants(3)) {
    ASSIGN_OR_RETURN(const Value normalized, Normalized(scope, scope.in(0), scope.in(1), scale));
    ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), normalized}));
    RETURN_IF_ERROR(scope.Set(3, SumPerChannel(scope, product)));
  }
  if (!scope.wants(4)) return absl::OkStatus();
  return scope.Set(4, SumPerChannel(scope, scope.grad()));
}

}  // namespace moduled::nn
