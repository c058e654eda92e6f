// Tensors as normalisation sees them: [N, C, ...].
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// x[n, c, i] is at (n * channels + c) * inner + i.
struct ChannelView {
  int64_t batch = 0;
  int64_t channels = 0;
  int64_t inner = 0;  // Elements of one channel of one element of the batch.

  // Requires at least two axes.
  static ChannelView Of(const Shape& shape) { return {shape[0], shape[1], shape.numel(2, shape.rank())}; }
};

// What batch_norm and batch_norm_training check in torch's words: x has channels, its type is a computed float, and
// each further input has that type and one element for each channel. `names` are those of the further inputs.
absl::Status CheckChannelInputs(absl::string_view op, absl::Span<const TensorSpec> in,
                                absl::Span<const absl::string_view> names);

}  // namespace moduled::nn
