// What layers over images have in common: an input that may come without its batch axis.
#pragma once

#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "nn/layers/axes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

// Whether an input with `axes` spatial axes comes as [C, spatial...], without N.
inline bool LacksBatch(const Shape& shape, size_t axes) { return shape.rank() == axes + 1; }

// `input` as [N, C, spatial...], a batch of one where it comes without N. What has another rank is left as it is, for
// the operator to refuse.
inline absl::StatusOr<Value> AddBatch(Trace& trace, Value input, size_t axes) {
  const Shape shape = trace.spec(input).shape;
  if (!LacksBatch(shape, axes)) return input;
  Shape batched = {1};
  for (const int64_t extent : shape) batched.push_back(extent);
  return ReshapeTo(trace, input, std::move(batched));
}

// A result for a batch of one without the batch axis.
inline absl::StatusOr<Value> RemoveBatch(Trace& trace, Value output) {
  const Shape shape = trace.spec(output).shape;
  return ReshapeTo(trace, output, Shape(shape.extents().subspan(1)));
}

// apply(batched inputs), a StatusOr<std::vector<Value>>, with the batch axis added before and removed after.
template <class Apply>
absl::StatusOr<std::vector<Value>> ApplyBatchedAll(Trace& trace, size_t axes, std::vector<Value> inputs, Apply apply) {
  const bool lacks_batch = LacksBatch(trace.spec(inputs[0]).shape, axes);
  for (Value& input : inputs) {
    ASSIGN_OR_RETURN(input, AddBatch(trace, input, axes));
  }
  ASSIGN_OR_RETURN(std::vector<Value> outputs, apply(inputs));
  for (Value& output : outputs) {
    if (!lacks_batch) break;
    ASSIGN_OR_RETURN(output, RemoveBatch(trace, output));
  }
  return outputs;
}

// The same for one input and one output: apply(batched) is a StatusOr<Value>.
template <class Apply>
absl::StatusOr<Symbol> ApplyBatched(Trace& trace, size_t axes, Value input, Apply apply) {
  const auto apply_one = [&](const std::vector<Value>& batched) -> absl::StatusOr<std::vector<Value>> {
    ASSIGN_OR_RETURN(const Value output, apply(batched[0]));
    return std::vector<Value>{output};
  };
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyBatchedAll(trace, axes, {input}, apply_one));
  return outputs[0];
}

}  // namespace moduled::nn
