// slice_backward: the gradient of slice: what was taken is put back where it was, and everything else is 0.
//
//   dy [..., length, ...] -> dx [..., extent, ...]
//
// Every type.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/slice.h"

namespace moduled::nn {

struct SliceBackwardOp {
  static constexpr absl::string_view kName = "slice_backward";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    SliceOp::Attrs slice = {};
    int64_t extent = 0;  // Of the axis that was sliced.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
