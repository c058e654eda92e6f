// Axes and shapes as torch's functions take them: negative ones count from the end.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// Into [0, rank), or [0, 1) for a scalar. "Dimension out of range (expected to be in range of …".
absl::StatusOr<int64_t> NormalizeAxis(int64_t axis, size_t rank);

// The same for each, none twice.
absl::StatusOr<std::vector<int64_t>> NormalizeAxes(absl::Span<const int64_t> axes, size_t rank);

// A shape for `numel` elements whose one -1, if any, is inferred.
absl::StatusOr<Shape> ResolveShape(absl::Span<const int64_t> shape, int64_t numel);

// torch.flatten: merges the axes start to end.
absl::StatusOr<Value> FlattenAxes(Trace& trace, Value input, int64_t start, int64_t end);

// torch.unflatten: divides an axis into several. One of `sizes` may be -1, which is inferred.
absl::StatusOr<Value> UnflattenAxis(Trace& trace, Value input, int64_t axis, absl::Span<const int64_t> sizes);

// torch's choice of softmax's axis when none is given.
inline int64_t ImplicitSoftmaxAxis(size_t rank) { return rank == 0 || rank == 1 || rank == 3 ? 0 : 1; }

// The same elements under another shape; nothing is recorded where the shape stays.
absl::StatusOr<Value> ReshapeTo(Trace& trace, Value input, Shape shape);

// The same values as another type; nothing is recorded where the type stays.
absl::StatusOr<Value> CastTo(Trace& trace, Value input, DType dtype);

}  // namespace moduled::nn
