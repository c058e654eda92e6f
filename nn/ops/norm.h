// norm: the p-norm along some axes, (sum |x|^p)^(1/p): the greatest |x| for p = inf, the least for p = -inf, the number
// of elements that are not zero for p = 0.
//
//   x [...] -> y without the axes, or with extents of 1 in their place
//
// Floating types: float32, float64; summed in double.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/reduction/axes.h"

namespace moduled::nn {

struct NormOp {
  static constexpr absl::string_view kName = "norm";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    double p = 2;
    ReducedAxes over = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
