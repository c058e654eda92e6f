// convolution: cross-correlation of the input with a filter for each output channel, as torch.nn.Conv1d to Conv3d.
//
//   y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, group(o) C/groups + c, p stride + k dilation -
//   padding] x [N, C, spatial...], weight [O, C/groups, kernel...], bias [O] (optional) -> y [N, O, spatial'...]
//   spatial' = floor((spatial + padding_begin + padding_end - dilation (kernel - 1) - 1) / stride) + 1
//
// One to three spatial axes. Types: float32, float64.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ConvolutionOp {
  static constexpr absl::string_view kName = "convolution";
  static constexpr OpTraits kTraits = {.row_independent = true};
  // One entry for each spatial axis.
  struct Attrs {
    std::vector<int64_t> stride = {};
    std::vector<int64_t> padding_begin = {};  // Zeros before the first element.
    std::vector<int64_t> padding_end = {};    // Zeros after the last.
    std::vector<int64_t> dilation = {};
    int64_t groups = 1;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
  static std::optional<ChannelsLastForm> ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in);
};

}  // namespace moduled::nn
