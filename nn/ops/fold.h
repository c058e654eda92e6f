// fold: adds columns up where unfold would have found them, as torch.nn.Fold.
//
//   y[n, c, p] = sum over windows l and taps k that see p of x[n, c kernel + k, l]
//   x [N, C kernel_h kernel_w, L] -> y [N, C, H, W]
//
// Types: float32, float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/convolution/sliding.h"

namespace moduled::nn {

struct FoldOp {
  static constexpr absl::string_view kName = "fold";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    std::vector<int64_t> output_size = {};  // [H, W].
    SlidingAttrs sliding = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
