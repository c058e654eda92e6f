// gelu: y = x Phi(x), where Phi is the standard normal distribution function; or its approximation
//
//   y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
//
//   x [...] -> y [...]
//
// Floating types: float32, float64.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct GeluOp {
  static constexpr absl::string_view kName = "gelu";
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true, .in_place = true};
  struct Attrs {
    bool tanh = false;  // The approximation.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<Pointwise> AsPointwise(const Attrs& attrs) {
    return Pointwise{.kind = attrs.tanh ? Pointwise::Kind::kGeluTanh : Pointwise::Kind::kGelu};
  }
};

}  // namespace moduled::nn
