#include "nn/layers/normalization_forward.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/formula.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/batch_norm.h"
#include "nn/ops/batch_norm_training.h"
#include "nn/ops/cross_map_lrn.h"
#include "nn/ops/layer_norm.h"
#include "nn/ops/mean.h"
#include "nn/ops/pad.h"
#include "nn/ops/pow.h"
#include "nn/ops/rsqrt.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// [C] for the channels of [N, C, ...].
Value PerChannel(Formula& f, Value value, const Shape& shape) {
  Shape broadcast = {shape[1]};
  for (size_t axis = 2; axis < shape.rank(); ++axis) broadcast.push_back(1);
  return f.Reshape(value, broadcast);
}

// What follows a normalisation has one number for each channel: others would broadcast.
absl::Status CheckAffine(const Trace& trace, const Affine& affine, const Shape& shape, int64_t repeats = 1) {
  for (const auto& [name, state] : {std::pair("weight", affine.weight), {"bias", affine.bias}}) {
    if (!state.has_value() || trace.spec(*state).shape == Shape{shape[1]}) continue;
    return absl::InvalidArgumentError(absl::StrCat(name, " should contain ", repeats * shape[1], " elements not ",
                                                   repeats * trace.spec(*state).shape.numel()));
  }
  return absl::OkStatus();
}

Value ApplyAffine(Formula& f, Value x, const Affine& affine, const Shape& shape) {
  if (affine.weight.has_value()) x = f.Mul(x, PerChannel(f, *affine.weight, shape));
  if (affine.bias.has_value()) x = f.Add(x, PerChannel(f, *affine.bias, shape));
  return x;
}

// The sum of the squares of the channels [c - before, c + after], as far as there are, over `size`.
Value MeanSquareOfNeighbours(Formula& f, Value x, const Shape& shape, int64_t before, int64_t after, int64_t size) {
  const Shape flat = {shape[0], 1, shape[1], shape.numel(2, shape.rank())};
  Value square = f.Reshape(f.Mul(x, x), flat);
  square = f.Apply<PadOp>({.begin = {0, 0, before, 0}, .end = {0, 0, after, 0}}, {square});
  const Value mean = f.Apply<AvgPoolOp>(
      {.kernel = {before + after + 1, 1}, .stride = {1, 1}, .padding = {0, 0}, .divisor_override = size}, {square});
  return f.Reshape(mean, shape);
}

// x / (k + alpha mean)^beta
absl::StatusOr<Value> DivideByResponse(Trace& trace, Formula& f, Value x, Value mean, const LocalResponse& response) {
  const Value sum = f.Add(f.Mul(mean, response.alpha), response.k);
  ASSIGN_OR_RETURN(Tensor beta, Convert(Tensor::Scalar<double>(response.beta), trace.spec(x).dtype));
  return f.Result(f.Div(x, f.Apply<PowOp>({}, {sum, trace.Constant(std::move(beta))})));
}

}  // namespace

absl::StatusOr<Value> BatchNorm(Trace& trace, Value input, std::optional<Value> mean, std::optional<Value> var,
                                const Affine& affine, double eps) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("expected at least 2D input (got ", shape.rank(), "D input)"));
  }
  RETURN_IF_ERROR(CheckAffine(trace, affine, shape));
  const bool whole = affine.weight.has_value() && affine.bias.has_value();
  std::vector<Value> inputs = {input};
  for (const std::optional<Value>& statistic : {mean, var}) {
    if (statistic.has_value()) inputs.push_back(*statistic);
  }
  for (const std::optional<Value>& parameter : {affine.weight, affine.bias}) {
    if (whole) inputs.push_back(*parameter);
  }
  const Op op = mean.has_value() ? Op::Of<BatchNormOp>({.eps = eps, .affine = whole})
                                 : Op::Of<BatchNormTrainingOp>({.eps = eps, .affine = whole});
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, trace.Apply(op, inputs));
  if (whole) return outputs.front();
  Formula f(trace);
  return f.Result(ApplyAffine(f, outputs.front(), affine, shape));
}

absl::StatusOr<Value> GroupNorm(Trace& trace, Value input, int64_t groups, const Affine& affine, double eps) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected at least 2 dimensions for input tensor but received ", shape.rank()));
  }
  if (groups < 1 || shape[1] % groups != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected number of channels in input to be divisible by num_groups, but got input of shape ",
                     shape.ToString(), " and num_groups=", groups));
  }
  for (const auto& [name, state] : {std::pair("weight", affine.weight), {"bias", affine.bias}}) {
    if (!state.has_value() || trace.spec(*state).shape == Shape{shape[1]}) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected ", name, " to be a vector of size equal to the number of channels in input, but got ", name,
        " of shape ", trace.spec(*state).shape.ToString(), " and input of shape ", shape.ToString()));
  }
  Formula f(trace);
  const int64_t rest = shape[1] / groups * shape.numel(2, shape.rank());
  const Value grouped = f.Reshape(input, {shape[0], groups, rest});
  const Value normalized = f.Apply<LayerNormOp>({.axes = 1, .eps = eps, .weight = false, .bias = false}, {grouped});
  return f.Result(ApplyAffine(f, f.Reshape(normalized, shape), affine, shape));
}

absl::StatusOr<Value> InstanceNorm(Trace& trace, Value input, const Affine& affine, double eps) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("expected at least 2D input (got ", shape.rank(), "D input)"));
  }
  if (shape.numel(2, shape.rank()) == 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected more than 1 spatial element when training, got input size torch.Size(", shape.ToString(), ")"));
  }
  RETURN_IF_ERROR(CheckAffine(trace, affine, shape, shape[0]));
  if (shape[1] == 0) return input;
  return GroupNorm(trace, input, shape[1], affine, eps);
}

absl::StatusOr<Value> LocalResponseNorm(Trace& trace, Value input, const LocalResponse& response) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank < 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected 3D or higher dimensionality                          input (got ", rank, " dimensions)"));
  }
  if (response.size < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("kernel size should be greater than zero, but got kH: ", response.size, " kW: 1"));
  }
  const Shape shape = trace.spec(input).shape;
  if (shape.numel() == 0) return input;
  Formula f(trace);
  const Value mean = MeanSquareOfNeighbours(f, input, shape, response.size / 2, (response.size - 1) / 2, response.size);
  return DivideByResponse(trace, f, input, mean, response);
}

absl::StatusOr<Value> CrossMapLrn(Trace& trace, Value input, const LocalResponse& response) {
  return trace.Apply<CrossMapLrnOp>(
      {.size = response.size, .alpha = response.alpha, .beta = response.beta, .k = response.k}, {input});
}

absl::StatusOr<Value> RmsNorm(Trace& trace, Value input, const std::vector<int64_t>& normalized_shape,
                              std::optional<Value> weight, std::optional<double> eps) {
  const TensorSpec spec = trace.spec(input);
  const size_t axes = normalized_shape.size();
  if (axes == 0) {
    return absl::InvalidArgumentError(
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
        "normalized_shape = []");
  }
  if (spec.shape.rank() < axes ||
      spec.shape.extents().subspan(spec.shape.rank() - axes) != absl::MakeConstSpan(normalized_shape)) {
    const std::string want = absl::StrJoin(normalized_shape, ", ");
    return absl::InvalidArgumentError(absl::StrCat("Given normalized_shape=[", want,
                                                   "], expected input with shape [*, ", want,
                                                   "], but got input of size", spec.shape.ToString()));
  }
  if (weight.has_value() && trace.spec(*weight).shape != Shape(normalized_shape)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected weight to be of same shape as normalized_shape, but got weight of shape ",
        trace.spec(*weight).shape.ToString(), " and normalized_shape = [", absl::StrJoin(normalized_shape, ", "), "]"));
  }
  const double step =
      spec.dtype == DType::kFloat64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
  ReducedAxes last = {.keepdim = true};
  for (size_t i = 0; i < axes; ++i) last.axes.push_back(static_cast<int64_t>(spec.shape.rank() - axes + i));
  Formula f(trace);
  const Value mean = f.Apply<MeanOp>(std::move(last), {f.Mul(input, input)});
  Value result = f.Mul(input, f.Apply<RsqrtOp>({}, {f.Add(mean, eps.value_or(step))}));
  if (weight.has_value()) result = f.Mul(result, *weight);
  return f.Result(result);
}

}  // namespace moduled::nn
