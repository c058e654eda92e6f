// scatter_add: into zeros, y[i, index[i, j, k], k] += x[i, j, k], here along axis 1. The reverse of gather.
//
//   index int64 [...], x [...] of one shape -> y shape
//   As many axes each; along all but the axis of the indices the index tensor is no larger than y.
//
// float32, float64 and int64, which wraps around. An index that is out of bounds fails the run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ScatterAddOp {
  static constexpr absl::string_view kName = "scatter_add";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // Not negative.
    Shape shape = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
