// sum: the sum over some axes; 0 where they have no elements.
//
//   x [...] -> y without the axes, or with extents of 1 in their place
//
// float32, float64 (both summed in double) and int64, which wraps around.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/reduction/axes.h"

namespace moduled::nn {

struct SumOp {
  static constexpr absl::string_view kName = "sum";
  static constexpr OpTraits kTraits = {};
  using Attrs = ReducedAxes;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
