// cross_map_lrn: each channel divided by (k + alpha mean(x^2 over `size` neighbours))^beta, as torch.nn.CrossMapLRN2d
// computes it: its window of channels never gives up the first one, and its gradient's window stands one channel lower.
//
//   x [N, C, H, W] -> y [N, C, H, W]
//
// Floating types: float32, float64; sums in double.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct CrossMapLrnOp {
  static constexpr absl::string_view kName = "cross_map_lrn";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t size = 5;
    double alpha = 1e-4;
    double beta = 0.75;
    double k = 1;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

// x, dy -> dx
struct CrossMapLrnBackwardOp {
  static constexpr absl::string_view kName = "cross_map_lrn_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = CrossMapLrnOp::Attrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
