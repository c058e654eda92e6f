// channels_last_convolution: a convolution over images whose channels stand last, with what follows it.
//
//   x [N, H, W, C], weight [O, C / groups, kh, kw], bias [O] (optional), residual [N, H', W', O] (optional)
//     -> y = pointwise(x * weight + bias + residual) [N, H', W', O]
//
// float32.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/convolution.h"

namespace moduled::nn {

struct ChannelsLastConvolutionOp {
  static constexpr absl::string_view kName = "channels_last_convolution";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    ConvolutionOp::Attrs convolution = {};
    bool bias = false;
    bool residual = false;
    Pointwise pointwise = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static std::optional<Op> WithPointwise(const Attrs& attrs, const Pointwise& pointwise);
  static std::optional<Op> WithResidual(const Attrs& attrs);
};

}  // namespace moduled::nn
