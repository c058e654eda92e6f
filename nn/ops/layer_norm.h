// layer_norm: zero mean and unit variance over the last axes, then scale and shift.
//
//   y = (x - mean(x)) / sqrt(var(x) + eps) weight + bias
//   x [..., n...], weight [n...], bias [n...] -> y [..., n...], where n... are the last `axes` axes
//
// float32 and float64, the same for all.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct LayerNormOp {
  static constexpr absl::string_view kName = "layer_norm";
  // Not row_independent: the normalised axes may include axis 0.
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    int64_t axes = 1;
    double eps = 1e-5;
    bool weight = true;  // Whether there is such an input.
    bool bias = true;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
