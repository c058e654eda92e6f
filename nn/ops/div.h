// div: y = a / b, the true division.
//
//   a [...], b [...] -> y [...], broadcast as NumPy does
//
// float32 and float64, the same for a and b: whoever divides integers casts them first.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct DivOp {
  static constexpr absl::string_view kName = "div";
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
