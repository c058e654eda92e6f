// max_unpool: puts maxima back to where max pooling found them, as torch.nn.MaxUnpool1d to MaxUnpool3d.
//
//   x [N, C, spatial...], indices int64 of x's shape -> y [N, C, output_size...], 0 where no index points to
//   An index counts in its channel's spatial elements, in row-major order. Of several at one place the last one stays.
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

struct MaxUnpoolOp {
  static constexpr absl::string_view kName = "max_unpool";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    std::vector<int64_t> output_size = {};  // One for each spatial axis.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
