// batch_norm: normalises each channel by statistics gathered before, as torch.nn.BatchNorm does in evaluation.
//
//   y = (x - mean) / sqrt(var + eps) * weight + bias
//   x [N, C, ...], mean [C], var [C], weight [C], bias [C] -> y [N, C, ...]; weight and bias only if affine
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

struct BatchNormOp {
  static constexpr absl::string_view kName = "batch_norm";
  static constexpr OpTraits kTraits = {.row_independent = true, .in_place = true};
  struct Attrs {
    double eps = 1e-5;
    bool affine = true;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
