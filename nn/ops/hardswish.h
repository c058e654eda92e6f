// hardswish: y = x min(max(x + 3, 0), 6) / 6.
//
//   x [...] -> y [...]
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

namespace moduled::nn {

struct HardswishOp {
  static constexpr absl::string_view kName = "hardswish";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true, .in_place = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<Pointwise> AsPointwise(const Attrs&) { return Pointwise{.kind = Pointwise::Kind::kHardswish}; }
};

}  // namespace moduled::nn
