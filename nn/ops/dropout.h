// dropout: y = x / (1 - p), but 0 with probability p, each element for itself.
//
//   x [...] -> y [...]
//
// Which elements fall out depends on the seed and on their position alone: every run of a plan, on every machine, drops
// the same. float32 and float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct DropoutOp {
  static constexpr absl::string_view kName = "dropout";
  // Neither elementwise nor row_independent: moving an element changes its fate.
  static constexpr OpTraits kTraits = {.in_place = true, .random = true};
  struct Attrs {
    double p = 0.5;
    uint64_t seed = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
