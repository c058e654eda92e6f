// Pooling by indices and random samples as its layers and functions share it.
//
// The number of spatial axes is that of the entries of `kernel`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// The windows that max pooling had.
struct UnpoolWindows {
  std::vector<int64_t> kernel;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
};

// The inverse of max pooling: of the sizes that the pooled input may have had, `output_size` names one, with N and C or
// without; by default it is the smallest that has no remainder.
absl::StatusOr<Symbol> MaxUnpool(Trace& trace, Value input, Value indices, const UnpoolWindows& windows,
                                 std::optional<std::vector<int64_t>> output_size);

// Max pooling at random places.
struct FractionalWindows {
  std::vector<int64_t> kernel;
  std::vector<int64_t> output_size;  // Empty where output_ratio says it.
  std::vector<double> output_ratio;
  bool return_indices = false;
  uint64_t seed = 0;  // Of the samples, where none are given.
};
absl::StatusOr<Symbol> FractionalMaxPool(Trace& trace, Value input, const FractionalWindows& windows,
                                         std::optional<Value> samples);

}  // namespace moduled::nn
