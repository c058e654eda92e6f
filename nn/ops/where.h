// where: y = a where the condition holds, else b.
//
//   condition bool [...], a [...], b [...] -> y [...], broadcast as NumPy does
//
// Every type, the same for a and b.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct WhereOp {
  static constexpr absl::string_view kName = "where";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
