// gather_planes: the elements of each plane that indices name.
//
//   x [N, C, plane...], indices int64 [N, C, ...] -> y of the indices' shape
//   An index counts in its plane in row-major order.
//
// Floating types: float32, float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct GatherPlanesOp {
  static constexpr absl::string_view kName = "gather_planes";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
