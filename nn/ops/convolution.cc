#include "nn/ops/convolution.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/graph/gradient.h"
#include "nn/ops/channel_gradients.h"
#include "nn/ops/channels_last/convolution.h"
#include "nn/ops/checks.h"
#include "nn/ops/convolution/checks.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/convolution_input_gradient.h"
#include "nn/ops/convolution_weight_gradient.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Attrs = ConvolutionOp::Attrs;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::Status CheckTypes(absl::Span<const TensorSpec> in) {
  if (in.size() != 2 && in.size() != 3) {
    return Invalid(absl::StrCat("convolution: wrong number of inputs (got ", in.size(), ", want 2 or 3)"));
  }
  for (size_t i = 1; i < in.size(); ++i) {
    if (in[i].dtype == in[0].dtype) continue;
    return Invalid(absl::StrCat("Input type (", Name(in[0].dtype), ") and ", i == 1 ? "weight" : "bias", " type (",
                                Name(in[i].dtype), ") should be the same"));
  }
  return CheckDType("slow_conv2d_cpu", in[0].dtype, kComputedFloats);
}

absl::Status CheckRanks(const Shape& x, const Shape& weight) {
  const size_t rank = weight.rank();
  if (rank < 3 || rank > 2 + kMaxWindowAxes) {
    return Invalid(absl::StrCat("convolution: the weight has the wrong number of axes (got ", rank, ", want 3 to 5)"));
  }
  if (x.rank() == rank) return absl::OkStatus();
  return Invalid(absl::StrCat("Expected ", rank - 1, "D (unbatched) or ", rank, "D (batched) input to conv", rank - 2,
                              "d, but got input of size: ", x.ToString()));
}

absl::Status CheckAttrs(const Attrs& attrs, size_t axes) {
  RETURN_IF_ERROR(CheckPerAxis("padding", attrs.padding_begin, axes, 0, "negative padding is not supported"));
  RETURN_IF_ERROR(CheckPerAxis("padding", attrs.padding_end, axes, 0, "negative padding is not supported"));
  RETURN_IF_ERROR(CheckPerAxis("stride", attrs.stride, axes, 1, "non-positive stride is not supported"));
  RETURN_IF_ERROR(CheckPerAxis("dilation", attrs.dilation, axes, 1, "dilation should be greater than zero"));
  return attrs.groups > 0 ? absl::OkStatus() : Invalid("non-positive groups is not supported");
}

absl::Status CheckChannels(int64_t groups, const Shape& x, const Shape& weight) {
  RETURN_IF_ERROR(CheckWeightGroups(groups, weight));
  if (x[1] % groups == 0 && x[1] / groups == weight[1]) return absl::OkStatus();
  return Invalid(absl::StrCat("Given groups=", groups, ", weight of size ", weight.ToString(), ", expected input",
                              x.ToString(), " to have ", weight[1] * groups, " channels, but got ", x[1],
                              " channels instead"));
}

absl::Status CheckBias(const Shape& weight, const Shape& bias) {
  if (bias.rank() == 1 && bias[0] == weight[0]) return absl::OkStatus();
  return Invalid(absl::StrCat("Given weight of size ", weight.ToString(), ", expected bias to be 1-dimensional with ",
                              weight[0], " elements, but got bias of size ", bias.ToString(), " instead"));
}

absl::StatusOr<Shape> OutputShape(const Attrs& attrs, const Shape& x, const Shape& weight) {
  Shape y = {x[0], weight[0]};
  std::vector<int64_t> padded;
  std::vector<int64_t> extents;
  bool fits = true;
  for (size_t i = 0; i < attrs.stride.size(); ++i) {
    const WindowAxis axis = {.in = x[i + 2],
                             .kernel = weight[i + 2],
                             .stride = attrs.stride[i],
                             .dilation = attrs.dilation[i],
                             .padding_begin = attrs.padding_begin[i],
                             .padding_end = attrs.padding_end[i]};
    ASSIGN_OR_RETURN(const int64_t count, CountWindows(axis, WindowRounding::kDown));
    padded.push_back(axis.padded());
    extents.push_back(axis.extent());
    y.push_back(count);
    fits = fits && axis.extent() <= axis.padded();
  }
  if (fits) return y;
  return Invalid(absl::StrCat("Calculated padded input size per channel: (", absl::StrJoin(padded, " x "),
                              "). Kernel size: (", absl::StrJoin(extents, " x "),
                              "). Kernel size can't be greater than actual input size"));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ConvolutionOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckTypes(in));
  const Shape& x = in[0].shape;
  const Shape& weight = in[1].shape;
  RETURN_IF_ERROR(CheckRanks(x, weight));
  RETURN_IF_ERROR(CheckAttrs(attrs, x.rank() - 2));
  RETURN_IF_ERROR(CheckChannels(attrs.groups, x, weight));
  if (in.size() == 3) RETURN_IF_ERROR(CheckBias(weight, in[2].shape));
  RETURN_IF_ERROR(CheckConvolutionExtents(x, weight));
  ASSIGN_OR_RETURN(Shape y, OutputShape(attrs, x, weight));
  TensorSpec out = {in[0].dtype, std::move(y)};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ConvolutionOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeFirstKernel(kName, ConvolutionCandidates(), MakeConvolutionProblem(attrs, request.in, request.out[0]),
                         request);
}

std::optional<ChannelsLastForm> ConvolutionOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in[0].shape.rank() != 4 || in[0].dtype != DType::kFloat32) return std::nullopt;
  return ChannelsLastForm{.op = Op::Of<ChannelsLastConvolutionOp>({.convolution = attrs, .bias = in.size() == 3}),
                          .worth_reordering = true};
}

absl::Status ConvolutionOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (scope.wants(0)) {
    const Shape shape = scope.spec(scope.in(0)).shape;
    RETURN_IF_ERROR(scope.Set(0, scope.Apply<ConvolutionInputGradientOp>({.convolution = attrs, .shape = shape},
                                                                         {scope.grad(), scope.in(1)})));
  }
  if (scope.wants(1)) {
    const Shape shape = scope.spec(scope.in(1)).shape;
    RETURN_IF_ERROR(scope.Set(1, scope.Apply<ConvolutionWeightGradientOp>({.convolution = attrs, .shape = shape},
                                                                          {scope.grad(), scope.in(0)})));
  }
  if (!scope.wants(2)) return absl::OkStatus();
  return scope.Set(2, SumPerChannel(scope, scope.grad()));
}

}  // namespace moduled::nn
