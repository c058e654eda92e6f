#include "nn/layers/pool_forward.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/spatial.h"
#include "nn/ops/adaptive_avg_pool.h"
#include "nn/ops/adaptive_max_pool.h"

namespace moduled::nn {
namespace {

bool HasRank(const Shape& shape, size_t axes) { return shape.rank() == axes + 1 || shape.rank() == axes + 2; }

// What torch's checks of the ranks of 1-d tensors say.
absl::Status WrongRank(absl::string_view function, const Shape& shape) {
  return absl::InvalidArgumentError(
      absl::StrCat("Expected 2 to 3 dimensions, but got ", shape.rank(),
                   "-dimensional tensor for argument #1 'self' (while checking arguments ", "for ", function, ")"));
}

absl::Status CheckPooled(absl::string_view function, size_t axes, const Shape& shape) {
  if (HasRank(shape, axes)) return absl::OkStatus();
  if (axes == 1 && function != "max_pool") return WrongRank(absl::StrCat(function, "1d"), shape);
  if (axes == 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:",
        shape.ToString()));
  }
  return absl::InvalidArgumentError(absl::StrCat("non-empty ", axes + 1, "D or ", axes + 2,
                                                 "D (batch mode) tensor expected for input (got ", shape.ToString(),
                                                 ")"));
}

// Checks the rank, and puts the input's extents in the place of -1.
absl::Status ResolveOutputSize(absl::string_view function, const Shape& shape, std::vector<int64_t>& output_size) {
  const size_t axes = output_size.size();
  if (!HasRank(shape, axes)) {
    const std::string name = absl::StrCat(function, axes, "d");
    if (axes == 1) return WrongRank(name, shape);
    return absl::InvalidArgumentError(
        absl::StrCat(name, "(): Expected ", axes + 1, "D or ", axes + 2, "D tensor, but got ", shape.ToString()));
  }
  for (size_t axis = 0; axis < axes; ++axis) {
    if (output_size[axis] < 0) output_size[axis] = shape[shape.rank() - axes + axis];
  }
  return absl::OkStatus();
}

// values (and indices, if they are asked for), as torch's boolean dispatch answers.
Symbol WithIndices(const std::vector<Value>& outputs, bool return_indices) {
  if (!return_indices) return outputs[0];
  return Symbol::Tuple{{outputs[0], outputs[1]}};
}

}  // namespace

absl::StatusOr<Symbol> MaxPool(Trace& trace, Value input, const MaxPoolOp::Attrs& attrs) {
  const size_t axes = attrs.kernel.size();
  RETURN_IF_ERROR(CheckPooled("max_pool", axes, trace.spec(input).shape));
  const auto apply = [&](const std::vector<Value>& in) { return trace.Apply(Op::Of<MaxPoolOp>(attrs), in); };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, axes, {input}, apply));
  return WithIndices(outputs, attrs.return_indices);
}

absl::StatusOr<Symbol> AvgPool(Trace& trace, Value input, const AvgPoolOp::Attrs& attrs) {
  const size_t axes = attrs.kernel.size();
  RETURN_IF_ERROR(CheckPooled("avg_pool", axes, trace.spec(input).shape));
  return ApplyBatched(trace, axes, input, [&](Value batched) { return trace.Apply<AvgPoolOp>(attrs, {batched}); });
}

absl::StatusOr<Symbol> AdaptiveAvgPool(Trace& trace, Value input, std::vector<int64_t> output_size) {
  RETURN_IF_ERROR(ResolveOutputSize("adaptive_avg_pool", trace.spec(input).shape, output_size));
  return ApplyBatched(trace, output_size.size(), input, [&](Value batched) {
    return trace.Apply<AdaptiveAvgPoolOp>({.output_size = output_size}, {batched});
  });
}

absl::StatusOr<Symbol> AdaptiveMaxPool(Trace& trace, Value input, std::vector<int64_t> output_size,
                                       bool return_indices) {
  RETURN_IF_ERROR(ResolveOutputSize("adaptive_max_pool", trace.spec(input).shape, output_size));
  const auto apply = [&](const std::vector<Value>& in) {
    return trace.Apply(Op::Of<AdaptiveMaxPoolOp>({.output_size = output_size}), in);
  };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, output_size.size(), {input}, apply));
  return WithIndices(outputs, return_indices);
}

}  // namespace moduled::nn
