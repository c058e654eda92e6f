// clamp: y = min(max(x, min), max). A NaN stays a NaN; max wins where min is greater; a NaN bound makes every y a NaN.
//
//   x [...] -> y [...]
//
// Every type of numbers but float16 and bfloat16; the bounds of an integer type must be integers. relu6 is {0, 6}.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ClampOp {
  static constexpr absl::string_view kName = "clamp";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true, .in_place = true};
  struct Attrs {
    std::optional<double> min = {};  // Unset: no bound. At least one is set.
    std::optional<double> max = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
