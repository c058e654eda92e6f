// cast: the same values as another type.
//
//   x [...] -> y [...]
//
// From every type to every type. Floats lose their fraction on the way to integers and stop at the ends of the range; a
// NaN becomes 0. Integers wrap around. Everything but zero is true.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct CastOp {
  static constexpr absl::string_view kName = "cast";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true};
  struct Attrs {
    DType dtype = DType::kFloat32;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
