// multi_label_margin_loss: for each sample the sum, by the number of classes, of max(0, 1 - x[t] + x[j]) over its
// labels t and the classes j that are none of them.
//
//   x [n, classes], target int64 [n, classes]: labels, and after the first -1 nothing that counts -> y [n]
//
// Floating types: float32, float64. A target that is neither a class nor -1 fails the run.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct MultiLabelMarginLossOp {
  static constexpr absl::string_view kName = "multi_label_margin_loss";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

// The gradient: grad [n], then the inputs of multi_label_margin_loss -> grad_x [n, classes].
struct MultiLabelMarginLossBackwardOp {
  static constexpr absl::string_view kName = "multi_label_margin_loss_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = MultiLabelMarginLossOp::Attrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
