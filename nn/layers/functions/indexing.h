// getitem: Python's subscription of tensors and of values that hold them.
#pragma once

#include "nn/modules/function.h"

namespace moduled::nn::functions {

// getitem(input, index). Tensors take ints, slices with a positive step, None, `...` and tuples of them; tuples and
// lists take ints and slices; dicts take their keys.
absl::StatusOr<Symbol> GetItem(Trace& trace, const Arguments& arguments);

}  // namespace moduled::nn::functions
