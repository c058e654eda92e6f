// nll_loss_backward: the gradient of nll_loss.
//
//   grad, target [n, positions], weights [n, positions] as nll_loss answered them -> grad_x [n, classes, positions]
//   grad_x is -w grad at the target's class, 0 elsewhere.
//
// Floating types: float32, float64; the target int64 or uint8.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct NllLossBackwardOp {
  static constexpr absl::string_view kName = "nll_loss_backward";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t classes = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
