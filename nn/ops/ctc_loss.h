// ctc_loss: the negative logarithm of how probable a sequence of labels is, summed over all of its alignments with the
// steps of the input. Infinite where none is short enough.
//
//   log_probs [steps, n, classes]; targets [n, length], or all of them one after another [total];
//   input_lengths, target_lengths [n], all int64 -> y [n]
//
// Floating types: float32, float64; computed in double. A. Graves et al., Connectionist Temporal Classification, 2006.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct CtcOptions {
  int64_t blank = 0;
  bool zero_infinity = false;  // An infinite loss is 0, and so is its gradient.
  bool operator==(const CtcOptions&) const = default;
};

struct CtcLossOp {
  static constexpr absl::string_view kName = "ctc_loss";
  static constexpr OpTraits kTraits = {};
  using Attrs = CtcOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

// The gradient: grad [n], then the inputs of ctc_loss -> grad_log_probs [steps, n, classes]. As torch's, it takes for
// granted that the log-probabilities are those of a log_softmax.
struct CtcLossBackwardOp {
  static constexpr absl::string_view kName = "ctc_loss_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = CtcOptions;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
