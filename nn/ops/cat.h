// cat: the inputs one after the other along an axis.
//
//   x0 [..., n0, ...], x1 [..., n1, ...], ... -> y [..., n0 + n1 + ..., ...]
//
// Every type, the same for all. Inputs of shape [0] are passed over, as in torch.
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

struct CatOp {
  static constexpr absl::string_view kName = "cat";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
