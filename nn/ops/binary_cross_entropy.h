// binary_cross_entropy: y = -t log(x) - (1 - t) log(1 - x), logarithms no less than -100.
//
//   x, t [...] of one shape -> y [...]
//
// Floating types: float32, float64, the same for both. An x outside [0, 1] fails the run.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct BinaryCrossEntropyOp {
  static constexpr absl::string_view kName = "binary_cross_entropy";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
