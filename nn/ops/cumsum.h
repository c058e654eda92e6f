// cumsum: the sums of the first 1, 2, 3, ... elements along an axis; of the last ones where it is reversed.
//
//   x [...] -> y [...]
//
// float32 and float64, both summed in double, and int64, which wraps around.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct CumsumOp {
  static constexpr absl::string_view kName = "cumsum";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;      // Not negative.
    bool reverse = false;  // y[i] = x[i] + x[i + 1] + ...
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
