// slice: every step-th element of an axis.
//
//   x [..., n, ...] -> y [..., length, ...], y[i] = x[start + i step]
//
// Every type.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct SliceOp {
  static constexpr absl::string_view kName = "slice";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;
    int64_t start = 0;
    int64_t length = 0;
    int64_t step = 1;  // Positive.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
