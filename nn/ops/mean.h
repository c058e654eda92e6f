// mean: the arithmetic mean over some axes; a NaN where they have no elements.
//
//   x [...] -> y without the axes, or with extents of 1 in their place
//
// Floating types: float32, float64.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/reduction/axes.h"

namespace moduled::nn {

struct MeanOp {
  static constexpr absl::string_view kName = "mean";
  static constexpr OpTraits kTraits = {};
  using Attrs = ReducedAxes;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
