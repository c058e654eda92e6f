// scatter_planes: adds each element to the place of its plane that its index names. The gradient of whatever picks
// elements by index.
//
//   x [N, C, ...], indices int64 of x's shape -> y [N, C, plane...], 0 where nothing is added
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

struct ScatterPlanesOp {
  static constexpr absl::string_view kName = "scatter_planes";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    Shape plane = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

// The gradient of an operator whose outputs are elements of its input 0 and their indices: sets that of input 0 from
// that of output 0.
absl::Status SetGradientOfPicked(GradientScope& scope);

}  // namespace moduled::nn
