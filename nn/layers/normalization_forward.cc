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

Value ApplyAffine(Formula& f, Value x, const Affine& affine, const Shape& shape) {
  if (affine.weight.has_value()) x = f.Mul(x, PerChannel(f, *affine.weight, shape));
  if (affine.bias.has_value()) x = f.Add(x, PerChannel(f, *affine.bias, shape));
  return x;
}

// The mean of the squares of the channels [c - before, c + after], zeros beyond the first and the last, over `size`.
Value MeanSquareOfNeighbours(Formula& f, Value x, const Shape& shape, int64_t before, int64_t after, int64_t size) {
  const Shape flat = {shape[0], 1, shape[1], shape.numel(2, shape.rank())};
  Value square = f.Reshape(f.Mul(x, x), flat);
  square = f.Apply<PadOp>({.begin = {0, 0, before, 0}, .end = {0, 0, after, 0}}, {square});
  const Value mean = f.Apply<AvgPoolOp>(
      {.kernel = {before + after + 1, 1}, .stride = {1, 1}, .padding = {0, 0}, .divisor_override = size}, {square});
  return f.Reshape(mean, shape);
}

absl::StatusOr<Value> DivideByNeighbours(Trace& trace, Value input, const LocalResponse& response, int64_t before,
                                         int64_t after) {
  const TensorSpec spec = trace.spec(input);
  if (spec.numel() == 0) return input;
  Formula f(trace);
  const Value mean = MeanSquareOfNeighbours(f, input, spec.shape, before, after, response.size);
  const Value sum = f.Add(f.Mul(mean, response.alpha), response.k);
  ASSIGN_OR_RETURN(Tensor beta, Convert(Tensor::Scalar<double>(response.beta), spec.dtype));
  return f.Result(f.Div(input, f.Apply<PowOp>({}, {sum, trace.Constant(std::move(beta))})));
}

}  // namespace

absl::StatusOr<Value> BatchNorm(Trace& trace, Value input, std::optional<Value> mean, std::optional<Value> var,
                                const Affine& affine, double eps) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("expected at least 2D input (got ", shape.rank(), "D input)"));
  }
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
  Formula f(trace);
  const int64_t rest = shape[1] / groups * shape.numel(2, shape.rank());
  const Value grouped = f.Reshape(input, {shape[0], groups, rest});
  const Value normalized = f.Apply<LayerNormOp>({.axes = 1, .eps = eps, .weight = false, .bias = false}, {grouped});
  return f.Result(ApplyAffine(f, f.Reshape(normalized, shape), affine, shape));
}

absl::StatusOr<Value> LocalResponseNorm(Trace& trace, Value input, const LocalResponse& response) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank < 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected 3D or higher dimensionality                          input (got ", rank, " dimensions)"));
  }
  return DivideByNeighbours(trace, input, response, response.size / 2, (response.size - 1) / 2);
}

absl::StatusOr<Value> CrossMapLrn(Trace& trace, Value input, const LocalResponse& response) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank != 4) {
    return absl::InvalidArgumentError(absl::StrCat("CrossMapLRN2d: Expected input to be 4D, got ", rank, "D instead."));
  }
  const int64_t reach = (response.size - 1) / 2;
  return DivideByNeighbours(trace, input, response, reach, reach);
}

absl::StatusOr<Value> RmsNorm(Trace& trace, Value input, const std::vector<int64_t>& normalized_shape,
                              std::optional<Value> weight, std::optional<double> eps) {
  const TensorSpec spec = trace.spec(input);
  const size_t axes = normalized_shape.size();
  if (spec.shape.rank() < axes ||
      spec.shape.extents().subspan(spec.shape.rank() - axes) != absl::MakeConstSpan(normalized_shape)) {
    const std::string want = absl::StrJoin(normalized_shape, ", ");
    return absl::InvalidArgumentError(absl::StrCat("Given normalized_shape=[", want,
                                                   "], expected input with shape [*, ", want,
                                                   "], but got input of size", spec.shape.ToString()));
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
