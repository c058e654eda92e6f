// multi_margin_loss: for each sample the mean over the classes j != t of w[t] max(0, margin - x[t] + x[j])^p.
//
//   x [n, classes], target int64 [n] and, if weighted, w [classes] -> y [n]
//
// Floating types: float32, float64. A target that is no class fails the run. p is 1 or 2.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct MultiMarginOptions {
  int64_t p = 1;
  double margin = 1;
  bool weighted = false;
  bool operator==(const MultiMarginOptions&) const = default;
};

struct MultiMarginLossOp {
  static constexpr absl::string_view kName = "multi_margin_loss";
  static constexpr OpTraits kTraits = {};
  using Attrs = MultiMarginOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

// The gradient: grad [n], then the inputs of multi_margin_loss -> grad_x [n, classes].
struct MultiMarginLossBackwardOp {
  static constexpr absl::string_view kName = "multi_margin_loss_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = MultiMarginOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
