// expand: the input repeated along axes of extent 1, and along new axes in front.
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

struct ExpandOp {
  static constexpr absl::string_view kName = "expand";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    Shape shape = {};  // Without -1: whoever asks has resolved it.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
