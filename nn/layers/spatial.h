// What layers over images have in common: an input that may come without its batch axis.
#pragma once

#include <utility>

#include "nn/layers/axes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

// `input` as [N, C, H, W], a batch of one where it has rank 3. Requires rank 3 or 4.
inline absl::StatusOr<Value> AddBatch(Trace& trace, Value input) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() == 4) return input;
  return ReshapeTo(trace, input, {1, shape[0], shape[1], shape[2]});
}

// Undoes AddBatch on a result for an input of rank `rank`.
inline absl::StatusOr<Value> RemoveBatch(Trace& trace, Value output, size_t rank) {
  const Shape shape = trace.spec(output).shape;
  if (rank == 4) return output;
  return ReshapeTo(trace, output, Shape(shape.extents().subspan(1)));
}

// apply(batched), a StatusOr<Value>, with the batch axis added before and removed after.
template <class Apply>
absl::StatusOr<Symbol> ApplyBatched(Trace& trace, Value input, Apply apply) {
  const size_t rank = trace.spec(input).shape.rank();
  ASSIGN_OR_RETURN(const Value batched, AddBatch(trace, input));
  ASSIGN_OR_RETURN(const Value output, apply(batched));
  return RemoveBatch(trace, output, rank);
}

}  // namespace moduled::nn
