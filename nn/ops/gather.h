// gather: y[i, j, k] = x[i, index[i, j, k], k], here along axis 1.
//
//   x [...], index int64 [...] -> y of the index's shape
//   As many axes each; along all but the gathered one the index tensor is no larger than x.
//
// Every type. An index that is out of bounds fails the run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct GatherOp {
  static constexpr absl::string_view kName = "gather";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // Not negative.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
