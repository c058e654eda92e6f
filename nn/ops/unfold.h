// unfold: each window over an image becomes a column, as torch.nn.Unfold.
//
//   y[n, c kernel + k, l] = x[n, c, window l at tap k], 0 in the padding
//   x [N, C, H, W] -> y [N, C kernel_h kernel_w, L] with one column for each of the L windows, in row-major order
//
// Types: float32, float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/convolution/sliding.h"

namespace moduled::nn {

struct UnfoldOp {
  static constexpr absl::string_view kName = "unfold";
  static constexpr OpTraits kTraits = {.row_independent = true};
  using Attrs = SlidingAttrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
