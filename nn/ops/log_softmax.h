// log_softmax: y = x - log(sum(exp(x))), the sum along one axis.
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct LogSoftmaxOp {
  static constexpr absl::string_view kName = "log_softmax";
  // Not row_independent: along axis 0 the rows depend on each other.
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    int64_t axis = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
