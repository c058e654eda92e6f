#include "nn/layers/functions/operands.h"

#include <string>

#include "nn/layers/functions/python_numbers.h"

namespace moduled::nn::functions {

absl::StatusOr<Operands> BindOperands(absl::string_view function, absl::string_view op, const Arguments& arguments,
                                      absl::string_view option) {
  const FormalArgument input{"input"}, other{"other"}, last{option, kKeywordOnly};
  absl::StatusOr<BoundArguments> bound =
      option.empty()
          ? BoundArguments::Bind(std::string(function), /*is_method=*/false, {input, other}, arguments)
          : BoundArguments::Bind(std::string(function), /*is_method=*/false, {input, other, last}, arguments);
  if (!bound.ok()) return bound.status();
  const Symbol& a = *bound->Find(0);
  const Symbol& b = *bound->Find(1);
  const auto fits = [](const Symbol& operand) { return operand.Is<Value>() || IsNumber(operand); };
  if ((a.Is<Value>() || b.Is<Value>()) && !(fits(a) && fits(b))) return UnsupportedOperands(op, a, b);
  return Operands{*std::move(bound), a, b};
}

bool IsBool(const Trace& trace, const Symbol& operand) {
  const Value* value = operand.As<Value>();
  return value == nullptr ? operand.Is<bool>() : trace.spec(*value).dtype == DType::kBool;
}

}  // namespace moduled::nn::functions
