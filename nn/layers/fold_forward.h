// torch.nn.functional.unfold and fold, as layers and functions share them. The input may come without its batch axis.
#pragma once

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"
#include "nn/ops/fold.h"

namespace moduled::nn {

absl::StatusOr<Symbol> Unfold(Trace& trace, Value input, SlidingAttrs sliding);
absl::StatusOr<Symbol> Fold(Trace& trace, Value input, FoldOp::Attrs attrs);

}  // namespace moduled::nn
