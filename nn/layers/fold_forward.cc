#include "nn/layers/fold_forward.h"

#include <utility>

#include "nn/layers/spatial.h"
#include "nn/ops/unfold.h"

namespace moduled::nn {

absl::StatusOr<Symbol> Unfold(Trace& trace, Value input, SlidingAttrs sliding) {
  return ApplyBatched(trace, 2, input,
                      [&](Value batched) { return trace.Apply<UnfoldOp>(std::move(sliding), {batched}); });
}

absl::StatusOr<Symbol> Fold(Trace& trace, Value input, FoldOp::Attrs attrs) {
  return ApplyBatched(trace, 1, input, [&](Value batched) { return trace.Apply<FoldOp>(std::move(attrs), {batched}); });
}

}  // namespace moduled::nn
