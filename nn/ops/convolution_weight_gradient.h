// convolution_weight_gradient: the gradient of a convolution's weight.
//
//   dy [N, O, spatial'...], x [N, C, spatial...] -> dweight [O, C/groups, kernel...]
//
// One to three spatial axes. Types: float32, float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/convolution.h"

namespace moduled::nn {

struct ConvolutionWeightGradientOp {
  static constexpr absl::string_view kName = "convolution_weight_gradient";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    ConvolutionOp::Attrs convolution = {};
    Shape shape = {};  // Of the convolution's weight.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
