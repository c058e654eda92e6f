// Functions that are Python's operators too: of tensors, of numbers, and of one of each.
#pragma once

#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::StatusOr<Symbol> Add(Trace& trace, const Arguments& arguments);       // add(input, other, *, alpha=1)
absl::StatusOr<Symbol> Sub(Trace& trace, const Arguments& arguments);       // sub(input, other, *, alpha=1)
absl::StatusOr<Symbol> Mul(Trace& trace, const Arguments& arguments);       // mul(input, other)
absl::StatusOr<Symbol> Div(Trace& trace, const Arguments& arguments);       // div(input, other, *, rounding_mode=None)
absl::StatusOr<Symbol> FloorDiv(Trace& trace, const Arguments& arguments);  // floordiv(input, other)

}  // namespace moduled::nn::functions
