// batch_norm_training: normalises each channel by its own statistics over the batch, and says what they are.
//
//   y = (x - mean) / sqrt(biased_var + eps) * weight + bias, mean and biased_var over all axes but the channels'
//   x [N, C, ...], weight [C], bias [C] -> y [N, C, ...], mean [C], var [C]; weight and bias only if affine
//   var is the unbiased variance (divided by count - 1), which running statistics are made of
//
// Floating types: float32, float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct BatchNormTrainingOp {
  static constexpr absl::string_view kName = "batch_norm_training";
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    double eps = 1e-5;
    bool affine = true;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
