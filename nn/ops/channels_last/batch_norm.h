// channels_last_batch_norm: batch_norm over images whose channels stand last, and a clamp behind it.
//
//   x [N, H, W, C], running_mean [C], running_var [C], weight [C] and bias [C] (if affine) -> y [N, H, W, C]
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
#include "nn/ops/batch_norm.h"

namespace moduled::nn {

struct ChannelsLastBatchNormOp {
  static constexpr absl::string_view kName = "channels_last_batch_norm";
  static constexpr OpTraits kTraits = {.row_independent = true, .in_place = true};
  struct Attrs {
    BatchNormOp::Attrs batch_norm = {};
    Pointwise pointwise = {};  // The identity or a clamp.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static std::optional<Op> WithPointwise(const Attrs& attrs, const Pointwise& pointwise);
};

}  // namespace moduled::nn
