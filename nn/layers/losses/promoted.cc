#include "nn/layers/losses/promoted.h"

#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<Value>> Promoted(Trace& trace, absl::Span<const std::optional<Value>> tensors) {
  std::vector<Symbol> operands;
  for (const std::optional<Value>& tensor : tensors) operands.emplace_back(*tensor);
  ASSIGN_OR_RETURN(const DType dtype, functions::ResultType(trace, operands));
  std::vector<Value> promoted;
  for (const std::optional<Value>& tensor : tensors) {
    ASSIGN_OR_RETURN(const Value value, CastTo(trace, *tensor, dtype));
    promoted.push_back(value);
  }
  return promoted;
}

}  // namespace moduled::nn
