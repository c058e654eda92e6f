#include "nn/layers/stochastic_depth.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/python_text.h"
#include "nn/ops/dropout.h"
#include "nn/ops/expand.h"
#include "nn/ops/mul.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status CheckStochasticDepth(double p, absl::string_view mode) {
  if (!(p >= 0 && p <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("drop probability has to be between 0 and 1, but got ", FloatRepr(p)));
  }
  if (mode == "batch" || mode == "row") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("mode has to be either 'batch' or 'row', but got ", mode));
}

absl::StatusOr<Value> StochasticDepth(Trace& trace, Value input, double p, bool by_row) {
  if (p == 0) return input;
  const TensorSpec spec = trace.spec(input);
  Shape rows;
  for (size_t axis = 0; axis < spec.shape.rank(); ++axis) rows.push_back(axis == 0 && by_row ? spec.shape[0] : 1);
  ASSIGN_OR_RETURN(const Value one, functions::AsTensor(trace, Symbol(1), spec.dtype));
  ASSIGN_OR_RETURN(const Value ones, trace.Apply<ExpandOp>({.shape = std::move(rows)}, {one}));
  ASSIGN_OR_RETURN(const Value noise, trace.Apply<DropoutOp>({.p = p, .seed = SeedOfCall(input)}, {ones}));
  return trace.Apply<MulOp>({}, {input, noise});
}

}  // namespace moduled::nn
