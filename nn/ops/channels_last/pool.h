// channels_last_pool: max_pool, avg_pool and adaptive_avg_pool over images whose channels stand last.
//
//   x [N, H, W, C] -> y [N, H', W', C]
//
// float32.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/adaptive_avg_pool.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/max_pool.h"

namespace moduled::nn {

struct ChannelsLastPoolOp {
  static constexpr absl::string_view kName = "channels_last_pool";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    // What it computes, with the attributes that this has with channels first. Without indices.
    std::variant<MaxPoolOp::Attrs, AvgPoolOp::Attrs, AdaptiveAvgPoolOp::Attrs> pool;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);

  // The form of a pooling operator over images of two spatial axes.
  template <class PoolAttrs>
  static std::optional<ChannelsLastForm> FormOf(const PoolAttrs& pool, absl::Span<const TensorSpec> in) {
    if (in[0].shape.rank() != 4 || in[0].dtype != DType::kFloat32) return std::nullopt;
    return ChannelsLastForm{Op::Of<ChannelsLastPoolOp>({.pool = pool})};
  }
};

}  // namespace moduled::nn
