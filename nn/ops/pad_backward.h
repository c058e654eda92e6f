// pad_backward: the gradient of padding that repeats the input: each element gets the sum over its repetitions.
//
//   dy [..., begin + n + end, ...] -> dx [..., n, ...]
//
// Floating types: float32, float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/pad.h"

namespace moduled::nn {

struct PadBackwardOp {
  static constexpr absl::string_view kName = "pad_backward";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    PadOp::Attrs pad = {};
    Shape shape = {};  // Of what was padded.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
