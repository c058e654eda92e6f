// pad: elements added before and after each axis, or cut off where the count is negative.
//
//   x [..., n, ...] -> y [..., begin + n + end, ...]
//
// Every type.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

// What stands outside of the input: a value, the input mirrored at its border, its border, or the input again.
enum class PadMode : uint8_t { kConstant, kReflect, kReplicate, kCircular };

struct PadOp {
  static constexpr absl::string_view kName = "pad";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    std::vector<int64_t> begin = {};  // One for each axis.
    std::vector<int64_t> end = {};
    PadMode mode = PadMode::kConstant;
    double value = 0;  // For kConstant.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
