// avg_pool: the mean of each window, as torch.nn.AvgPool1d to AvgPool3d.
//
//   x [N, C, spatial...] -> y [N, C, spatial'...]
//   spatial' = round((spatial + 2 padding - kernel) / stride) + 1, round by ceil_mode; a last window that would begin
//              beyond the padding before and the input is left out
//   The sum is divided by divisor_override; else by the elements of the window, without padding if it does not count.
//
// One to three spatial axes. Floating types: float32, float64.
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

struct AvgPoolOp {
  static constexpr absl::string_view kName = "avg_pool";
  static constexpr OpTraits kTraits = {.row_independent = true};
  // One entry for each spatial axis. Padding counts on both sides.
  struct Attrs {
    std::vector<int64_t> kernel = {};
    std::vector<int64_t> stride = {};
    std::vector<int64_t> padding = {};
    bool ceil_mode = false;
    bool count_include_pad = true;
    std::optional<int64_t> divisor_override = std::nullopt;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
