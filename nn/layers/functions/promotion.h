// torch's type promotion: the common type of the operands of an arithmetic function.
#pragma once

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/modules/trace.h"

namespace moduled::nn::functions {

// torch.promote_types. INVALID_ARGUMENT for uint8 with int8, whose common type (int16) does not exist here.
absl::StatusOr<DType> PromoteTypes(DType a, DType b);

// torch.result_type of tensors and Python numbers: tensors with axes outweigh scalars, and those outweigh numbers,
// unless the lighter one is of a higher category (bool < int < float). Requires at least one operand, all of them
// tensors or numbers.
absl::StatusOr<DType> ResultType(const Trace& trace, absl::Span<const Symbol> operands);

// A tensor cast to `dtype`, or a number as a tensor of it. Requires a tensor or a number.
absl::StatusOr<Value> AsTensor(Trace& trace, const Symbol& operand, DType dtype);

// A Python bool, int or float.
bool IsNumber(const Symbol& symbol);

}  // namespace moduled::nn::functions
