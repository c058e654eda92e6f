// grid_sample: an image at the points of a grid, as torch.nn.functional.grid_sample.
//
//   x [N, C, spatial...], grid [N, points..., axes] -> y [N, C, points...]
//   A point's coordinates name the last axis first; -1 and 1 are the ends of the image.
//
// Two spatial axes, or three, which kCubic does not take; as many axes of points. float32 and float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/interpolation/grid_taps.h"

namespace moduled::nn {

struct GridSampleOp {
  static constexpr absl::string_view kName = "grid_sample";
  static constexpr OpTraits kTraits = {};  // A row depends on its row of the grid too.
  using Attrs = GridSampling;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
