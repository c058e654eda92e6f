#include "nn/layers/rearrange.h"

#include <algorithm>
#include <utility>

#include "nn/ops/cat.h"
#include "nn/ops/permute.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Value> PermuteAxes(Trace& trace, Value input, std::vector<int64_t> axes) {
  if (std::is_sorted(axes.begin(), axes.end())) return input;
  return trace.Apply<PermuteOp>({.axes = std::move(axes)}, {input});
}

absl::StatusOr<Value> RollAxis(Trace& trace, Value input, int64_t axis, int64_t shift) {
  const int64_t extent = trace.spec(input).shape[axis];
  if (extent == 0 || shift % extent == 0) return input;
  const int64_t moved = (shift % extent + extent) % extent;  // So many go from the end to the beginning.
  const SliceOp::Attrs tail = {.axis = axis, .start = extent - moved, .length = moved};
  const SliceOp::Attrs head = {.axis = axis, .start = 0, .length = extent - moved};
  ASSIGN_OR_RETURN(const Value first, trace.Apply<SliceOp>(tail, {input}));
  ASSIGN_OR_RETURN(const Value second, trace.Apply<SliceOp>(head, {input}));
  return trace.Apply<CatOp>({.axis = axis}, {first, second});
}

}  // namespace moduled::nn
