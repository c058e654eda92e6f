// logsumexp: y = log(sum(exp(x))) over some axes; -inf where they have no elements.
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

struct LogsumexpOp {
  static constexpr absl::string_view kName = "logsumexp";
  static constexpr OpTraits kTraits = {};
  using Attrs = ReducedAxes;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
