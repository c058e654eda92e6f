// flip: the elements in reverse order along some axes.
//
//   x [...] -> y [...]
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

struct FlipOp {
  static constexpr absl::string_view kName = "flip";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    std::vector<int64_t> axes = {};  // Not negative, none twice.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
