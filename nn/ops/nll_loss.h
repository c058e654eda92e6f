// nll_loss: what the class of each position costs, y = -w[t] x[t], and its weight w[t]; both 0 for the ignored class.
//
//   x [n, classes, positions], target [n, positions] and, if weighted, w [classes] -> y, weights [n, positions]
//
// Floating types: float32, float64; the target int64 or uint8. A target that is no class and is not ignored fails the
// run. The mean of the losses is the sum of y by the sum of the weights.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct NllLossOp {
  static constexpr absl::string_view kName = "nll_loss";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t ignore_index = -100;
    bool weighted = false;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
