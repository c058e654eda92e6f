// interpolate_backward: the gradient of interpolate.
//
//   gradient of y [N, C, output_size...] -> gradient of x [N, C, spatial...]
//   Each element of x gets what its taps weigh in the elements of y.
//
// float32 and float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/interpolate.h"

namespace moduled::nn {

struct InterpolateBackwardOp {
  static constexpr absl::string_view kName = "interpolate_backward";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    InterpolateOp::Attrs forward = {};
    Shape x = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
