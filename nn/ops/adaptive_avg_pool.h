// adaptive_avg_pool: means over windows that divide the input into a given number of parts, as
// torch.nn.AdaptiveAvgPool1d to AdaptiveAvgPool3d.
//
//   x [N, C, spatial...] -> y [N, C, output_size...]
//   Part i of n of an axis of s elements is [floor(i s / n), ceil((i + 1) s / n)): neighbours may overlap.
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

struct AdaptiveAvgPoolOp {
  static constexpr absl::string_view kName = "adaptive_avg_pool";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    std::vector<int64_t> output_size = {};  // One for each spatial axis; torch's None is resolved.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
