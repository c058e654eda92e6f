#include "nn/layers/functions/linear.h"

#include <optional>
#include <vector>

#include "nn/layers/bilinear_forward.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/linear.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// linear(input, weight, bias=None)
absl::StatusOr<Symbol> CallLinear(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("linear", /*is_method=*/false, {{"input"}, {"weight"}, {"bias", kOptional}}, arguments));
  std::vector<Value> inputs;
  for (const size_t index : {0, 1, 2}) {
    if (index == 2 && bound.IsNone(index)) continue;
    ASSIGN_OR_RETURN(const Value value, bound.Tensor(index));
    inputs.push_back(value);
  }
  return trace.Apply<LinearOp>({}, inputs);
}

// bilinear(input1, input2, weight, bias=None)
absl::StatusOr<Symbol> CallBilinear(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("bilinear", /*is_method=*/false,
                                        {{"input1"}, {"input2"}, {"weight"}, {"bias", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value first, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value second, bound.Tensor(1));
  ASSIGN_OR_RETURN(const Value weight, bound.Tensor(2));
  ASSIGN_OR_RETURN(const std::optional<Value> bias, bound.OptionalTensor(3));
  return Bilinear(trace, first, second, weight, bias);
}

constexpr Function kFunctions[] = {
    {"linear", CallLinear},
    {"bilinear", CallBilinear},
};

}  // namespace

absl::Span<const Function> LinearFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
