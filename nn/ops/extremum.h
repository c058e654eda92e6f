// extremum: the greatest or smallest element along an axis, and where it stands. The first of equal ones, or the first
// NaN.
//
//   x [...] -> y, indices int64: without the axis
//
// Every type but float16 and bfloat16.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ExtremumOp {
  static constexpr absl::string_view kName = "extremum";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // Not negative.
    bool smallest = false;
    bool shared = false;  // The gradient goes in equal parts to all equal elements, not to the chosen one.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
