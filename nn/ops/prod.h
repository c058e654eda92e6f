// prod: the product along an axis; 1 where it has no elements.
//
//   x [...] -> y without the axis
//
// float32 and float64, both multiplied in double, and int64, which wraps around.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ProdOp {
  static constexpr absl::string_view kName = "prod";
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
