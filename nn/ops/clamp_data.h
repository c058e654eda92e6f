// clamp_data: y = max(x, min), of which the gradient knows nothing: it passes wherever x is. A NaN stays a NaN.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64. It is what losses do that raise a divisor behind the back of torch's autograd. With
// `negative_error` set, a negative element fails the run with this text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ClampDataOp {
  static constexpr absl::string_view kName = "clamp_data";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true, .in_place = true};
  struct Attrs {
    double min = 0;
    std::string negative_error = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
