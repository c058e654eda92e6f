// What functions of two operands share: tensors, numbers, or one of each.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {

// The two operands of a function, bound. Valid as long as the arguments that they were bound from.
struct Operands {
  BoundArguments bound;
  const Symbol& a;
  const Symbol& b;

  bool HaveTensor() const { return a.Is<Value>() || b.Is<Value>(); }
};

// Binds (input, other). If one of them is a tensor, the other one is a tensor or a number. `op` is how Python spells
// the function, for error texts; `option` the keyword-only argument behind the operands, if there is one.
absl::StatusOr<Operands> BindOperands(absl::string_view function, absl::string_view op, const Arguments& arguments,
                                      absl::string_view option = "");

// Whether the operand is a bool or a tensor of bools.
bool IsBool(const Trace& trace, const Symbol& operand);

// Both operands cast to `dtype`, and an operator applied to them.
template <Operator T>
absl::StatusOr<Symbol> ApplyBinary(Trace& trace, const Operands& operands, DType dtype, typename T::Attrs attrs = {}) {
  ASSIGN_OR_RETURN(const Value a, AsTensor(trace, operands.a, dtype));
  ASSIGN_OR_RETURN(const Value b, AsTensor(trace, operands.b, dtype));
  return trace.Apply<T>(std::move(attrs), {a, b});
}

}  // namespace moduled::nn::functions
