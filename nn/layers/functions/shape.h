// Functions that arrange the elements of tensors anew, or ask how they are arranged.
#pragma once

#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::StatusOr<Symbol> Cat(Trace& trace, const Arguments& arguments);        // cat(tensors, dim=0)
absl::StatusOr<Symbol> Flatten(Trace& trace, const Arguments& arguments);    // flatten(input, start_dim=0, end_dim=-1)
absl::StatusOr<Symbol> Reshape(Trace& trace, const Arguments& arguments);    // reshape(input, shape)
absl::StatusOr<Symbol> View(Trace& trace, const Arguments& arguments);       // view(input, size)
absl::StatusOr<Symbol> Permute(Trace& trace, const Arguments& arguments);    // permute(input, dims)
absl::StatusOr<Symbol> Transpose(Trace& trace, const Arguments& arguments);  // transpose(input, dim0, dim1)
absl::StatusOr<Symbol> Size(Trace& trace, const Arguments& arguments);       // size(input, dim=None): ints

}  // namespace moduled::nn::functions
