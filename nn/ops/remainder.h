// remainder: y = a mod b with the sign of b, what Python's % answers.
//
//   a [...], b [...] -> y [...], broadcast as NumPy does
//
// Every type of numbers but float16 and bfloat16, the same for a and b. An integer divided by zero fails the run.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct RemainderOp {
  static constexpr absl::string_view kName = "remainder";
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
