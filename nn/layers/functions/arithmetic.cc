#include "nn/layers/functions/arithmetic.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/functions/python_numbers.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/add.h"
#include "nn/ops/div.h"
#include "nn/ops/floor_divide.h"
#include "nn/ops/mul.h"
#include "nn/ops/sub.h"
#include "nn/ops/trunc_divide.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// The two operands of a function, bound.
struct Operands {
  BoundArguments bound;
  const Symbol& a;
  const Symbol& b;

  bool HaveTensor() const { return a.Is<Value>() || b.Is<Value>(); }
};

// `option`: the keyword-only argument after them, if there is one.
absl::StatusOr<Operands> BindOperands(absl::string_view function, absl::string_view op, const Arguments& arguments,
                                      absl::string_view option = "") {
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

template <Operator T>
absl::StatusOr<Symbol> ApplyBinary(Trace& trace, const Operands& operands, DType dtype) {
  ASSIGN_OR_RETURN(const Value a, AsTensor(trace, operands.a, dtype));
  ASSIGN_OR_RETURN(const Value b, AsTensor(trace, operands.b, dtype));
  return trace.Apply<T>({}, {a, b});
}

bool IsBool(const Trace& trace, const Symbol& operand) {
  const Value* value = operand.As<Value>();
  return value == nullptr ? operand.Is<bool>() : trace.spec(*value).dtype == DType::kBool;
}

// torch's alpha: what `other` is multiplied by first.
absl::StatusOr<Value> ScaleByAlpha(Trace& trace, const Operands& operands, DType dtype) {
  ASSIGN_OR_RETURN(const Value other, AsTensor(trace, operands.b, dtype));
  const Symbol* alpha = operands.bound.Find(2);
  if (alpha == nullptr) return other;
  if (!IsNumber(*alpha)) return operands.bound.WrongType(2, "Number");
  if (alpha->Is<bool>() && dtype != DType::kBool) {
    return absl::InvalidArgumentError("Boolean alpha only supported for Boolean results.");
  }
  if (alpha->Is<double>() && !IsFloatingPoint(dtype)) {
    return absl::InvalidArgumentError(
        "For integral input tensors, argument alpha must not be a floating point number.");
  }
  if (*alpha == Symbol(1) || *alpha == Symbol(1.0) || *alpha == Symbol(true)) return other;
  ASSIGN_OR_RETURN(const Value factor, AsTensor(trace, *alpha, dtype));
  return trace.Apply<MulOp>({}, {other, factor});
}

template <Operator T>
absl::StatusOr<Symbol> ApplyWithAlpha(Trace& trace, const Operands& operands) {
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  ASSIGN_OR_RETURN(const Value a, AsTensor(trace, operands.a, dtype));
  ASSIGN_OR_RETURN(const Value b, ScaleByAlpha(trace, operands, dtype));
  return trace.Apply<T>({}, {a, b});
}

// Python's operators take no alpha or rounding_mode: torch's functions, which do, want a tensor.
absl::Status RefuseOption(const Operands& operands) {
  if (operands.bound.Find(2) == nullptr) return absl::OkStatus();
  return operands.bound.WrongType(0, "Tensor");
}

// add(input, other, *, alpha=1)
absl::StatusOr<Symbol> Add(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("add", "+", arguments, "alpha"));
  if (operands.HaveTensor()) return ApplyWithAlpha<AddOp>(trace, operands);
  RETURN_IF_ERROR(RefuseOption(operands));
  return PythonAdd(operands.a, operands.b);
}

// sub(input, other, *, alpha=1)
absl::StatusOr<Symbol> Sub(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("sub", "-", arguments, "alpha"));
  if (!operands.HaveTensor()) {
    RETURN_IF_ERROR(RefuseOption(operands));
    return PythonSub(operands.a, operands.b);
  }
  const bool a_is_bool = IsBool(trace, operands.a), b_is_bool = IsBool(trace, operands.b);
  if (a_is_bool && b_is_bool) {
    return absl::InvalidArgumentError(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
        "operator instead.");
  }
  if (a_is_bool || b_is_bool) {
    return absl::InvalidArgumentError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead.");
  }
  return ApplyWithAlpha<SubOp>(trace, operands);
}

// mul(input, other)
absl::StatusOr<Symbol> Mul(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("mul", "*", arguments));
  if (!operands.HaveTensor()) return PythonMul(operands.a, operands.b);
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<MulOp>(trace, operands, dtype);
}

// div(input, other, *, rounding_mode=None)
absl::StatusOr<Symbol> Div(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("div", "/", arguments, "rounding_mode"));
  if (!operands.HaveTensor()) {
    RETURN_IF_ERROR(RefuseOption(operands));
    return PythonTrueDiv(operands.a, operands.b);
  }
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  ASSIGN_OR_RETURN(const std::optional<std::string> rounding, operands.bound.OptionalString(2));
  if (!rounding.has_value()) {
    return ApplyBinary<DivOp>(trace, operands, IsFloatingPoint(dtype) ? dtype : DType::kFloat32);
  }
  if (*rounding == "floor") return ApplyBinary<FloorDivideOp>(trace, operands, dtype);
  if (*rounding == "trunc") return ApplyBinary<TruncDivideOp>(trace, operands, dtype);
  return absl::InvalidArgumentError(
      absl::StrCat("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", *rounding, "'"));
}

// floordiv(input, other)
absl::StatusOr<Symbol> FloorDiv(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("floordiv", "//", arguments));
  if (!operands.HaveTensor()) return PythonFloorDiv(operands.a, operands.b);
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<FloorDivideOp>(trace, operands, dtype);
}

constexpr Function kFunctions[] = {
    {"add", Add}, {"sub", Sub}, {"mul", Mul}, {"div", Div}, {"floordiv", FloorDiv},
};

}  // namespace

absl::Span<const Function> ArithmeticFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
