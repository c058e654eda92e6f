// recurrent_backward: back through the steps of recurrent.
//
//   the gradients of y [rows, P], hn [B, P] and cn [B, H] (LSTM); y, kept gates (LSTM, GRU) and cells (LSTM) of the
//   forward; h0, c0 (LSTM), w_hh, w_hr (where projected), batch_sizes (where packed)
//     -> the gradients of gates [rows, g H], of the state's part of them (GRU; elsewhere it is the same), of h0 and c0
//        (LSTM); the states before each step [rows, P]; where projected, the states before [rows, H] and the gradients
//        after [rows, P] the projection
//
// What is left to do for the weights are products over the rows of all steps. float32 and float64.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn {

struct RecurrentBackwardOp {
  static constexpr absl::string_view kName = "recurrent_backward";
  static constexpr OpTraits kTraits = {};
  using Attrs = RecurrentAttrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
