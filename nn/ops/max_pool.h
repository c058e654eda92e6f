// max_pool: the largest element of each window, as torch.nn.MaxPool1d to MaxPool3d. A window with a NaN gives NaN.
//
//   x [N, C, spatial...] -> y [N, C, spatial'...] and, if asked for, indices int64 of y's shape
//   spatial' = round((spatial + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, round by ceil_mode; a last
//              window that would begin beyond the padding before and the input is left out
//   An index counts in its channel's spatial elements, in row-major order.
//
// One to three spatial axes. Every type of numbers but float16 and bfloat16.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct MaxPoolOp {
  static constexpr absl::string_view kName = "max_pool";
  static constexpr OpTraits kTraits = {.row_independent = true};
  // One entry for each spatial axis. Padding counts on both sides and never wins.
  struct Attrs {
    std::vector<int64_t> kernel = {};
    std::vector<int64_t> stride = {};
    std::vector<int64_t> padding = {};
    std::vector<int64_t> dilation = {};
    bool ceil_mode = false;
    bool return_indices = false;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
