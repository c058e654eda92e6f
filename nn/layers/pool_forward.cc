#include "nn/layers/pool_forward.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/spatial.h"
#include "nn/ops/abs.h"
#include "nn/ops/adaptive_avg_pool.h"
#include "nn/ops/adaptive_max_pool.h"
#include "nn/ops/mul.h"
#include "nn/ops/pooling/window.h"
#include "nn/ops/pow.h"
#include "nn/ops/relu.h"
#include "nn/ops/sign.h"
#include "nn/tensor/convert.h"

namespace moduled::nn {
namespace {

absl::Status CheckPooled(absl::string_view function, size_t axes, const Shape& shape) {
  if (shape.rank() == axes + 1 || shape.rank() == axes + 2) return absl::OkStatus();
  if (axes > 1) {
    return absl::InvalidArgumentError(absl::StrCat("non-empty ", axes + 1, "D or ", axes + 2,
                                                   "D (batch mode) tensor expected for input (got ", shape.ToString(),
                                                   ")"));
  }
  if (function == "avg_pool1d") return WrongRankOf1d(function, shape);
  return absl::InvalidArgumentError(absl::StrCat(
      function,
      ": Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:", shape.ToString()));
}

// Puts the input's extents in the place of -1. An input of too low a rank is for the operator to refuse.
std::vector<int64_t> ResolveOutputSize(const Shape& shape, std::vector<int64_t> output_size) {
  const size_t axes = output_size.size();
  for (size_t axis = 0; axis < axes && shape.rank() >= axes; ++axis) {
    if (output_size[axis] < 0) output_size[axis] = shape[shape.rank() - axes + axis];
  }
  return output_size;
}

// values (and indices, if they are asked for), as torch's boolean dispatch answers.
Symbol WithIndices(const std::vector<Value>& outputs, bool return_indices) {
  if (!return_indices) return outputs[0];
  return Symbol::Tuple{{outputs[0], outputs[1]}};
}

absl::StatusOr<Value> Scalar(Trace& trace, double value, DType dtype) {
  ASSIGN_OR_RETURN(Tensor scalar, Convert(Tensor::Scalar<double>(value), dtype));
  return trace.Constant(std::move(scalar));
}

absl::StatusOr<Value> RaiseTo(Trace& trace, Value base, double exponent) {
  ASSIGN_OR_RETURN(const Value power, Scalar(trace, exponent, trace.spec(base).dtype));
  return trace.Apply<PowOp>({}, {base, power});
}

}  // namespace

absl::StatusOr<Symbol> MaxPool(Trace& trace, Value input, const MaxPoolOp::Attrs& attrs) {
  const size_t axes = attrs.kernel.size();
  RETURN_IF_ERROR(CheckPooled(absl::StrCat("max_pool", axes, "d"), axes, trace.spec(input).shape));
  const auto apply = [&](const std::vector<Value>& in) { return trace.Apply(Op::Of<MaxPoolOp>(attrs), in); };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, axes, {input}, apply));
  return WithIndices(outputs, attrs.return_indices);
}

absl::StatusOr<Symbol> AvgPool(Trace& trace, Value input, const AvgPoolOp::Attrs& attrs) {
  const size_t axes = attrs.kernel.size();
  RETURN_IF_ERROR(CheckPooled(absl::StrCat("avg_pool", axes, "d"), axes, trace.spec(input).shape));
  return ApplyBatched(trace, axes, input, [&](Value batched) { return trace.Apply<AvgPoolOp>(attrs, {batched}); });
}

// torch's own composition, mean times size: relu, not the root, decides what the gradient is where a sum is zero.
absl::StatusOr<Symbol> LpPool(Trace& trace, Value input, double norm_type, const AvgPoolOp::Attrs& windows) {
  if (norm_type == 0) return absl::InvalidArgumentError("float division by zero");
  double size = 1;
  for (const int64_t extent : windows.kernel) size *= static_cast<double>(extent);
  ASSIGN_OR_RETURN(const Value power, RaiseTo(trace, input, norm_type));
  ASSIGN_OR_RETURN(const Symbol pooled, AvgPool(trace, power, windows));
  const Value mean = *pooled.As<Value>();
  ASSIGN_OR_RETURN(const Value sign, trace.Apply<SignOp>({}, {mean}));
  ASSIGN_OR_RETURN(const Value magnitude, trace.Apply<AbsOp>({}, {mean}));
  ASSIGN_OR_RETURN(const Value rectified, trace.Apply<ReluOp>({}, {magnitude}));
  ASSIGN_OR_RETURN(const Value gated, trace.Apply<MulOp>({}, {sign, rectified}));
  ASSIGN_OR_RETURN(const Value factor, Scalar(trace, size, trace.spec(gated).dtype));
  ASSIGN_OR_RETURN(const Value sum, trace.Apply<MulOp>({}, {gated, factor}));
  return RaiseTo(trace, sum, 1 / norm_type);
}

absl::StatusOr<Symbol> AdaptiveAvgPool(Trace& trace, Value input, std::vector<int64_t> output_size) {
  output_size = ResolveOutputSize(trace.spec(input).shape, std::move(output_size));
  return ApplyBatched(trace, output_size.size(), input, [&](Value batched) {
    return trace.Apply<AdaptiveAvgPoolOp>({.output_size = output_size}, {batched});
  });
}

absl::StatusOr<Symbol> AdaptiveMaxPool(Trace& trace, Value input, std::vector<int64_t> output_size,
                                       bool return_indices) {
  output_size = ResolveOutputSize(trace.spec(input).shape, std::move(output_size));
  const auto apply = [&](const std::vector<Value>& in) {
    return trace.Apply(Op::Of<AdaptiveMaxPoolOp>({.output_size = output_size}), in);
  };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, output_size.size(), {input}, apply));
  return WithIndices(outputs, return_indices);
}

}  // namespace moduled::nn
