#include "nn/ops/convolution_transpose.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/graph/gradient.h"
#include "nn/ops/channel_gradients.h"
#include "nn/ops/checks.h"
#include "nn/ops/convolution/checks.h"
#include "nn/ops/convolution/problem.h"
#include "nn/ops/convolution_weight_gradient.h"
#include "nn/ops/pad.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Attrs = ConvolutionTransposeOp::Attrs;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::Status CheckTypes(absl::Span<const TensorSpec> in) {
  if (in.size() != 2 && in.size() != 3) {
    return Invalid(absl::StrCat("convolution_transpose: wrong number of inputs (got ", in.size(), ", want 2 or 3)"));
  }
  for (const TensorSpec& spec : in) {
    if (spec.dtype == in[0].dtype) continue;
    return Invalid(
        absl::StrCat("expected scalar type ", ScalarName(in[0].dtype), " but found ", ScalarName(spec.dtype)));
  }
  return CheckDType("slow_conv_transpose2d_out_cpu", in[0].dtype, kComputedFloats);
}

absl::Status CheckRanks(const Shape& x, const Shape& weight) {
  const size_t rank = weight.rank();
  if (rank < 3 || rank > 2 + kMaxWindowAxes) {
    return Invalid(
        absl::StrCat("convolution_transpose: the weight has the wrong number of axes (got ", rank, ", want 3 to 5)"));
  }
  if (x.rank() == rank) return absl::OkStatus();
  return Invalid(absl::StrCat("Expected ", rank - 1, "D (unbatched) or ", rank, "D (batched) input to conv_transpose",
                              rank - 2, "d, but got input of size: ", x.ToString()));
}

absl::Status CheckAttrs(const Attrs& attrs, size_t axes) {
  RETURN_IF_ERROR(CheckPerAxis("padding", attrs.padding, axes, 0, "negative padding is not supported"));
  RETURN_IF_ERROR(
      CheckPerAxis("output_padding", attrs.output_padding, axes, 0, "negative output_padding is not supported"));
  RETURN_IF_ERROR(CheckPerAxis("stride", attrs.stride, axes, 1, "non-positive stride is not supported"));
  RETURN_IF_ERROR(CheckPerAxis("dilation", attrs.dilation, axes, 1, "dilation should be greater than zero"));
  return attrs.groups > 0 ? absl::OkStatus() : Invalid("non-positive groups is not supported");
}

absl::Status CheckChannels(int64_t groups, const Shape& x, const Shape& weight) {
  RETURN_IF_ERROR(CheckWeightGroups(groups, weight));
  if (x[1] != weight[0]) {
    return Invalid(absl::StrCat("Given transposed=1, weight of size ", weight.ToString(), ", expected input",
                                x.ToString(), " to have ", weight[0], " channels, but got ", x[1],
                                " channels instead"));
  }
  int64_t channels = 0;
  if (__builtin_mul_overflow(weight[1], groups, &channels)) {
    return Invalid(
        absl::StrCat("convolution_transpose: too many channels (got ", weight[1], " in each of ", groups, " groups)"));
  }
  if (channels > 0) return absl::OkStatus();
  return Invalid(absl::StrCat("non-empty weight tensor expected, but got: ", weight.ToString()));
}

absl::Status CheckBias(int64_t channels, const Shape& weight, const Shape& bias) {
  if (bias.rank() == 1 && bias[0] == channels) return absl::OkStatus();
  return Invalid(absl::StrCat("Given transposed=1, weight of size ", weight.ToString(),
                              ", expected bias to be 1-dimensional with ", channels, " elements, but got bias of size ",
                              bias.ToString(), " instead"));
}

// torch runs one axis as two.
absl::Status CheckOutputPadding(const Attrs& attrs) {
  const size_t axes = attrs.stride.size();
  bool fits = true;
  for (size_t i = 0; i < axes; ++i) {
    fits = fits && (attrs.output_padding[i] < attrs.stride[i] || attrs.output_padding[i] < attrs.dilation[i]);
  }
  if (fits) return absl::OkStatus();
  static constexpr absl::string_view kAxisNames[] = {"depth", "height", "width"};
  std::string text = "output padding must be smaller than either stride or dilation, but got";
  const auto append = [&](absl::string_view name, const std::vector<int64_t>& numbers, int64_t missing) {
    if (axes == 1) absl::StrAppend(&text, " ", name, "_height: ", missing);
    for (size_t i = 0; i < axes; ++i) {
      absl::StrAppend(&text, " ", name, "_", kAxisNames[kMaxWindowAxes - axes + i], ": ", numbers[i]);
    }
  };
  append("output_padding", attrs.output_padding, 0);
  append("stride", attrs.stride, 1);
  append("dilation", attrs.dilation, 1);
  return Invalid(std::move(text));
}

// One extent of the output, which may be 0 or less. In 128 bits no product of two extents overflows.
absl::StatusOr<int64_t> OutputExtent(const WindowAxis& axis, int64_t output_padding) {
  const __int128 last = static_cast<__int128>(axis.out - 1) * axis.stride;
  const __int128 uncut = last + static_cast<__int128>(axis.dilation) * (axis.kernel - 1) + output_padding + 1;
  if (uncut > std::numeric_limits<int64_t>::max() / 2 || axis.padding_begin > std::numeric_limits<int64_t>::max() / 4) {
    return Invalid("convolution_transpose: the output is too large");
  }
  return static_cast<int64_t>(uncut) - 2 * axis.padding_begin;
}

absl::StatusOr<Shape> OutputShape(const Attrs& attrs, const Shape& x, const Shape& weight) {
  Shape y = {x[0], weight[1] * attrs.groups};
  const size_t axes = attrs.stride.size();
  std::vector<int64_t> inputs(axes == 1 ? 1 : 0, 1), outputs(axes == 1 ? 1 : 0, 1);
  bool fits = true;
  for (size_t i = 0; i < axes; ++i) {
    const WindowAxis axis = {.out = x[i + 2],
                             .kernel = weight[i + 2],
                             .stride = attrs.stride[i],
                             .dilation = attrs.dilation[i],
                             .padding_begin = attrs.padding[i]};
    ASSIGN_OR_RETURN(const int64_t extent, OutputExtent(axis, attrs.output_padding[i]));
    inputs.push_back(x[i + 2]);
    outputs.push_back(extent);
    y.push_back(extent);
    fits = fits && extent >= 1;
  }
  if (fits) return y;
  return Invalid(absl::StrCat("Given input size per channel: (", absl::StrJoin(inputs, " x "),
                              "). Calculated output size per channel: (", absl::StrJoin(outputs, " x "),
                              "). Output size is too small"));
}

// The convolution from y to x. Output padding is what it does not see at the end: less padding there.
ConvolutionOp::Attrs Transposed(const Attrs& attrs) {
  ConvolutionOp::Attrs convolution = {.stride = attrs.stride,
                                      .padding_begin = attrs.padding,
                                      .padding_end = attrs.padding,
                                      .dilation = attrs.dilation,
                                      .groups = attrs.groups};
  for (size_t i = 0; i < attrs.stride.size(); ++i) convolution.padding_end[i] -= attrs.output_padding[i];
  return convolution;
}

// Padding less than nothing is cut off from the gradient itself. Nothing where nothing is left: then y is all padding.
absl::StatusOr<std::optional<Value>> CutUnseen(GradientScope& scope, ConvolutionOp::Attrs& convolution) {
  const Shape dy = scope.spec(scope.grad()).shape;
  PadOp::Attrs cut = {.begin = std::vector<int64_t>(dy.rank(), 0), .end = std::vector<int64_t>(dy.rank(), 0)};
  bool is_needed = false;
  for (size_t i = 0; i < convolution.padding_end.size(); ++i) {
    int64_t& end = convolution.padding_end[i];
    if (end >= 0) continue;
    if (dy[i + 2] + end <= 0) return std::nullopt;
    cut.end[i + 2] = std::exchange(end, 0);
    is_needed = true;
  }
  if (!is_needed) return scope.grad();
  return scope.Apply<PadOp>(std::move(cut), {scope.grad()});
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ConvolutionTransposeOp::Infer(const Attrs& attrs,
                                                                      absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckTypes(in));
  const Shape& x = in[0].shape;
  const Shape& weight = in[1].shape;
  RETURN_IF_ERROR(CheckRanks(x, weight));
  RETURN_IF_ERROR(CheckAttrs(attrs, x.rank() - 2));
  RETURN_IF_ERROR(CheckChannels(attrs.groups, x, weight));
  if (in.size() == 3) RETURN_IF_ERROR(CheckBias(weight[1] * attrs.groups, weight, in[2].shape));
  RETURN_IF_ERROR(CheckConvolutionExtents(x, weight));
  RETURN_IF_ERROR(CheckOutputPadding(attrs));
  ASSIGN_OR_RETURN(Shape y, OutputShape(attrs, x, weight));
  TensorSpec out = {in[0].dtype, std::move(y)};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> ConvolutionTransposeOp::MakeKernel(const Attrs& attrs,
                                                                           const KernelRequest& request) {
  const TensorSpec convolved[] = {request.out[0], request.in[1]};
  ConvolutionProblem problem = MakeConvolutionProblem(Transposed(attrs), convolved, request.in[0]);
  problem.with_bias = request.in.size() == 3;
  return MakeTransposedConvolutionKernel(problem);
}

absl::Status ConvolutionTransposeOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (scope.wants(2)) RETURN_IF_ERROR(scope.Set(2, SumPerChannel(scope, scope.grad())));
  if (!scope.wants(0) && !scope.wants(1)) return absl::OkStatus();
  ConvolutionOp::Attrs convolution = Transposed(attrs);
  ASSIGN_OR_RETURN(const std::optional<Value> dy, CutUnseen(scope, convolution));
  for (size_t i = 0; i < 2 && !dy.has_value(); ++i) {
    if (scope.wants(i)) RETURN_IF_ERROR(scope.Set(i, scope.Zeros(scope.spec(scope.in(i)))));
  }
  if (!dy.has_value()) return absl::OkStatus();
  if (scope.wants(0)) RETURN_IF_ERROR(scope.Set(0, scope.Apply<ConvolutionOp>(convolution, {*dy, scope.in(1)})));
  if (!scope.wants(1)) return absl::OkStatus();
  const Shape shape = scope.spec(scope.in(1)).shape;
  return scope.Set(1, scope.Apply<ConvolutionWeightGradientOp>({.convolution = std::move(convolution), .shape = shape},
                                                               {scope.in(0), *dy}));
}

}  // namespace moduled::nn
