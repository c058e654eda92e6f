// Python's subscription of a tensor: x[0, 1:, ..., None, indices].
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn::functions {

// The elements start, start + step, … of a sequence.
struct Range {
  int64_t start = 0;
  int64_t length = 0;
  int64_t step = 1;
};

// Python's slice.indices(extent).
absl::StatusOr<Range> ResolveSlice(const Symbol::Slice& slice, int64_t extent);

// input[indices]: ints, slices, ellipsis, None, integer tensors and lists of ints. Errors are torch's.
absl::StatusOr<Value> IndexTensor(Trace& trace, Value input, const std::vector<Symbol>& indices);

}  // namespace moduled::nn::functions
