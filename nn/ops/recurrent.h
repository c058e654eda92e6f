// recurrent: all steps of one layer of a recurrent network, in one direction. The formulas stand in recurrent/cells.h.
//
//   gates [rows, g H]: x W_ih^T + b_ih of all steps, h0 [B, P], c0 [B, H] (LSTM), w_hh [g H, P], b_hh [g H] (optional),
//   w_hr [P, H] (LSTM, optional), batch_sizes int64 [T] (optional)
//     -> y [rows, P], hn [B, P], cn [B, H] (LSTM); for the gradient, unless attrs.keeps is off, kept gates [rows, 4 H]
//        (LSTM, GRU) and cells [rows, H] (LSTM)
//   P = H without w_hr, where the state is h' w_hr^T
//
// The rows of one step stand together. Without batch sizes each step has B of them; with batch sizes, which do not
// grow, it has those of the sequences that are that long, as in torch's PackedSequence. A batch size that cannot be
// fails the run. float32 and float64.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn {

struct RecurrentOp {
  static constexpr absl::string_view kName = "recurrent";
  static constexpr OpTraits kTraits = {};
  using Attrs = RecurrentAttrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static std::optional<Op> WithFirstOutputs(const Attrs& attrs, size_t count);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
