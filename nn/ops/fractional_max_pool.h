// fractional_max_pool: maxima over windows of one size whose places are spread over the input by random samples, as
// torch.nn.FractionalMaxPool2d and FractionalMaxPool3d. A window with a NaN gives NaN.
//
//   x [N, C, spatial...], samples [M, C, axes] of x's type, M >= N -> y [N, C, output_size...], indices int64 like y
//   Along an axis of s elements, with u its sample and a = (s - kernel) / (output - 1), window i begins at
//   floor((i + u) a) - floor(u a), the last one at s - kernel. Samples are in [0, 1]. They stand in the order of the
//   axes, but in 2-d the last axis comes first.
//   An index counts in its channel's spatial elements, in row-major order; of equal maxima it names the first.
//
// One to three spatial axes. Floating types: float32, float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct FractionalMaxPoolOp {
  static constexpr absl::string_view kName = "fractional_max_pool";
  static constexpr OpTraits kTraits = {};  // A row depends on its row of the samples too.
  // One entry for each spatial axis.
  struct Attrs {
    std::vector<int64_t> kernel = {};
    std::vector<int64_t> output_size = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
