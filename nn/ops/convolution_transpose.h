// convolution_transpose: the gradient of a convolution's input, as a layer: torch.nn.ConvTranspose1d to
// ConvTranspose3d.
//
//   y[n, o, q] = bias[o] + sum over c, p, k with q = p stride + k dilation - padding of weight[c, o, k] x[n, c, p]
//   x [N, C, spatial...], weight [C, O/groups, kernel...], bias [O] (optional) -> y [N, O, spatial'...]
//   spatial' = (spatial - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1
//
// One to three spatial axes. Types: float32, float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ConvolutionTransposeOp {
  static constexpr absl::string_view kName = "convolution_transpose";
  static constexpr OpTraits kTraits = {.row_independent = true};
  // One entry for each spatial axis.
  struct Attrs {
    std::vector<int64_t> stride = {};
    std::vector<int64_t> padding = {};         // What is cut off at both ends.
    std::vector<int64_t> output_padding = {};  // What is added at the end.
    std::vector<int64_t> dilation = {};
    int64_t groups = 1;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
