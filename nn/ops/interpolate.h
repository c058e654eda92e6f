// interpolate: resizes the axes behind [N, C], as torch.nn.functional.interpolate.
//
//   x [N, C, spatial...] -> y [N, C, output_size...]
//
// What each way of resizing makes of an axis is in nn/ops/interpolation/axis_taps.h. One to three spatial axes.
// Floating types: float32, float64; nearest neighbours of uint8 too.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/interpolation/axis_taps.h"

namespace moduled::nn {

struct InterpolateOp {
  static constexpr absl::string_view kName = "interpolate";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    Interpolation mode = Interpolation::kNearest;
    bool align_corners = false;
    bool antialias = false;                 // kLinear and kCubic alone.
    std::vector<int64_t> output_size = {};  // One for each spatial axis.
    // Input elements for each output element, one for each spatial axis or none at all: then the extents say it.
    std::vector<double> scale = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);

  // The taps of each spatial axis between an input and an output that Infer related, with positions in the input's
  // type.
  static std::vector<AxisTaps> TapsOf(const Attrs& attrs, const TensorSpec& x, const Shape& y);
};

}  // namespace moduled::nn
