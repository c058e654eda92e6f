// reshape: the same elements, in the same order, under another shape.
//
//   x [...] -> y shape
//
// Every type.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ReshapeOp {
  static constexpr absl::string_view kName = "reshape";
  static constexpr OpTraits kTraits = {.view = true};
  struct Attrs {
    Shape shape = {};  // Without -1: whoever asks has resolved it.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
