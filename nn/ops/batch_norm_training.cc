#include "nn/ops/batch_norm_training.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channel_gradients.h"
#include "nn/ops/channels.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/channel_affine.h"
#include "nn/ops/mul.h"
#include "nn/ops/scratch_layout.h"
#include "nn/ops/sub.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The mean of a channel from its sum, for broadcasting.
absl::StatusOr<Value> MeanPerChannel(GradientScope& scope, Value sum, double n, const Shape& shape) {
  ASSIGN_OR_RETURN(const Value mean, Times(scope, sum, 1 / n));
  return PerChannel(scope, mean, shape);
}

// sums[c] += term(x[n, c, i], c) over n and i.
template <class T, class Term>
void SumChannels(const ChannelView& view, const T* x, double* sums, Term term) {
  for (int64_t n = 0; n < view.batch; ++n) {
    for (int64_t c = 0; c < view.channels; ++c) {
      double sum = 0;
      for (int64_t i = 0; i < view.inner; ++i) sum += term(static_cast<double>(*x++), c);
      sums[c] += sum;
    }
  }
}

// means[c], and in squares[c] the sum of squared deviations from it. In two passes: the difference of the mean square
// and the squared mean would lose what matters.
template <class T>
void Gather(const ChannelView& view, const T* x, double* means, double* squares) {
  std::fill_n(means, view.channels, 0.0);
  std::fill_n(squares, view.channels, 0.0);
  SumChannels(view, x, means, [](double value, int64_t) { return value; });
  const auto count = static_cast<double>(view.batch * view.inner);
  for (int64_t c = 0; c < view.channels; ++c) means[c] /= count;
  SumChannels(view, x, squares, [&](double value, int64_t c) { return (value - means[c]) * (value - means[c]); });
}

// Where a run's scratch has what, each one number for each channel.
struct Buffers {
  size_t means, squares, scales, shifts, bytes;
};

template <class T>
Buffers LayOut(int64_t channels) {
  const auto count = static_cast<size_t>(channels);
  ScratchLayout layout;
  Buffers buffers;
  buffers.means = layout.Add(count * sizeof(double));
  buffers.squares = layout.Add(count * sizeof(double));
  buffers.scales = layout.Add(count * sizeof(T));
  buffers.shifts = layout.Add(count * sizeof(T));
  buffers.bytes = layout.bytes();
  return buffers;
}

template <class T>
void Normalise(const BatchNormTrainingOp::Attrs& attrs, const ChannelView& view, const Buffers& buffers,
               const KernelArgs& args) {
  const auto* x = static_cast<const T*>(args.in[0]);
  auto* means = ScratchLayout::At<double>(args.scratch, buffers.means);
  auto* squares = ScratchLayout::At<double>(args.scratch, buffers.squares);
  T* scale = ScratchLayout::At<T>(args.scratch, buffers.scales);
  T* shift = ScratchLayout::At<T>(args.scratch, buffers.shifts);
  Gather(view, x, means, squares);
  const auto count = static_cast<double>(view.batch * view.inner);
  for (int64_t c = 0; c < view.channels; ++c) {
    const double gain = attrs.affine ? static_cast<double>(static_cast<const T*>(args.in[1])[c]) : 1.0;
    const double bias = attrs.affine ? static_cast<double>(static_cast<const T*>(args.in[2])[c]) : 0.0;
    const double normalising = gain / std::sqrt(squares[c] / count + attrs.eps);
    scale[c] = static_cast<T>(normalising);
    shift[c] = static_cast<T>(bias - means[c] * normalising);
    static_cast<T*>(args.out[1])[c] = static_cast<T>(means[c]);
    static_cast<T*>(args.out[2])[c] = static_cast<T>(squares[c] / (count - 1));
  }
  kernels::ScaleShiftChannels(view, x, static_cast<T*>(args.out[0]), scale, shift);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> BatchNormTrainingOp::Infer(const Attrs& attrs,
                                                                   absl::Span<const TensorSpec> in) {
  static constexpr absl::string_view kNames[] = {"weight", "bias"};
  RETURN_IF_ERROR(CheckChannelInputs(kName, in, absl::MakeConstSpan(kNames).first(attrs.affine ? 2 : 0)));
  const ChannelView view = ChannelView::Of(in[0].shape);
  if (view.batch == 1 && view.inner == 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected more than 1 value per channel when training, got input size torch.Size(",
                     in[0].shape.ToString(), ")"));
  }
  const TensorSpec statistics = {in[0].dtype, {view.channels}};
  return std::vector<TensorSpec>{in[0], statistics, statistics};
}

absl::StatusOr<std::unique_ptr<Kernel>> BatchNormTrainingOp::MakeKernel(const Attrs& attrs,
                                                                        const KernelRequest& request) {
  const ChannelView view = ChannelView::Of(request.in[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const Buffers buffers = LayOut<T>(view.channels);
    const auto run = [attrs, view, buffers](const KernelArgs& args) {
      Normalise<T>(attrs, view, buffers, args);
      return absl::OkStatus();
    };
    return MakeSimpleKernel("loop", run, buffers.bytes);
  });
}

// With x' = (x - mean) / sqrt(var + eps), n elements of a channel:
absl::Status BatchNormTrainingOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  // dx = weight / sqrt(var + eps) (dy - mean(dy) - x' mean(dy x')). The statistics that are answered pass no gradients.
  if (!scope.has_grad(0)) return absl::OkStatus();
  const Shape shape = scope.spec(scope.in(0)).shape;
  const double n = static_cast<double>(shape.numel()) / static_cast<double>(shape[1]);
  ASSIGN_OR_RETURN(const Value biased, Times(scope, scope.out(2), (n - 1) / n));
  ASSIGN_OR_RETURN(Value scale, InverseDeviation(scope, biased, attrs.eps, shape));
  ASSIGN_OR_RETURN(const Value normalized, Normalized(scope, scope.in(0), scope.out(1), scale));
  ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), normalized}));
  ASSIGN_OR_RETURN(const Value dweight, SumPerChannel(scope, product));
  ASSIGN_OR_RETURN(const Value dbias, SumPerChannel(scope, scope.grad()));
  if (scope.wants(0)) {
    ASSIGN_OR_RETURN(const Value dy_mean, MeanPerChannel(scope, dbias, n, shape));
    ASSIGN_OR_RETURN(const Value product_mean, MeanPerChannel(scope, dweight, n, shape));
    ASSIGN_OR_RETURN(const Value shadow, scope.Apply<MulOp>({}, {normalized, product_mean}));
    ASSIGN_OR_RETURN(Value dx, scope.Apply<SubOp>({}, {scope.grad(), dy_mean}));
    ASSIGN_OR_RETURN(dx, scope.Apply<SubOp>({}, {dx, shadow}));
    if (attrs.affine) {
      ASSIGN_OR_RETURN(const Value weight, PerChannel(scope, scope.in(1), shape));
      ASSIGN_OR_RETURN(scale, scope.Apply<MulOp>({}, {scale, weight}));
    }
    RETURN_IF_ERROR(scope.Set(0, scope.Apply<MulOp>({}, {dx, scale})));
  }
  RETURN_IF_ERROR(scope.Set(1, dweight));
  return scope.Set(2, dbias);
}

}  // namespace moduled::nn
