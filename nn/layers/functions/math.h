// Functions that compute with the elements of tensors.
#pragma once

#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::StatusOr<Symbol> Relu(Trace& trace, const Arguments& arguments);     // relu(input)
absl::StatusOr<Symbol> Softmax(Trace& trace, const Arguments& arguments);  // softmax(input, dim=None, *, dtype=None)
// mean(input, dim=None, keepdim=False, *, dtype=None)
absl::StatusOr<Symbol> Mean(Trace& trace, const Arguments& arguments);
absl::StatusOr<Symbol> Matmul(Trace& trace, const Arguments& arguments);  // matmul(input, other)

}  // namespace moduled::nn::functions
