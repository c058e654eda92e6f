// grid_sample_backward: the gradients of grid_sample.
//
//   gradient of y [N, C, points...], x [N, C, spatial...], grid [N, points..., axes]
//     -> gradient of x, gradient of grid
//
// float32 and float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/interpolation/grid_taps.h"

namespace moduled::nn {

struct GridSampleBackwardOp {
  static constexpr absl::string_view kName = "grid_sample_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = GridSampling;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
