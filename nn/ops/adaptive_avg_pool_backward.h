// adaptive_avg_pool_backward: the gradient of adaptive_avg_pool: each element gets its share of every part that it is
// in.
//
//   dy [N, C, output_size...] -> dx [N, C, spatial...]
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

struct AdaptiveAvgPoolBackwardOp {
  static constexpr absl::string_view kName = "adaptive_avg_pool_backward";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    Shape shape = {};  // Of what was pooled.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
