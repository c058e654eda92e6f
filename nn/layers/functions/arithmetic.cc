#include "nn/layers/functions/arithmetic.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/operands.h"
#include "nn/layers/functions/python_numbers.h"
#include "nn/ops/add.h"
#include "nn/ops/div.h"
#include "nn/ops/floor_divide.h"
#include "nn/ops/mul.h"
#include "nn/ops/neg.h"
#include "nn/ops/pow.h"
#include "nn/ops/remainder.h"
#include "nn/ops/sub.h"
#include "nn/ops/trunc_divide.h"

namespace moduled::nn::functions {
namespace {

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

// remainder(input, other): Python's %
absl::StatusOr<Symbol> Remainder(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("remainder", "%", arguments));
  if (!operands.HaveTensor()) return PythonMod(operands.a, operands.b);
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  return ApplyBinary<RemainderOp>(trace, operands, dtype);
}

// pow(input, exponent): Python's **
absl::StatusOr<Symbol> Pow(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Operands operands, BindOperands("pow", "** or pow()", arguments));
  if (!operands.HaveTensor()) return PythonPow(operands.a, operands.b);
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, {operands.a, operands.b}));
  const std::optional<int64_t> exponent = AsInt(operands.b);
  if (!IsFloatingPoint(dtype) && exponent.has_value() && *exponent < 0) {
    return absl::InvalidArgumentError("Integers to negative integer powers are not allowed.");
  }
  if (exponent == 2) {  // Exact, and much faster.
    ASSIGN_OR_RETURN(const Value base, AsTensor(trace, operands.a, dtype));
    return trace.Apply<MulOp>({}, {base, base});
  }
  return ApplyBinary<PowOp>(trace, operands, dtype);
}

// neg(input)
absl::StatusOr<Symbol> Neg(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("neg", /*is_method=*/false, {{"input"}}, arguments));
  if (IsNumber(*bound.Find(0))) return PythonSub(0, *bound.Find(0));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  if (trace.spec(input).dtype == DType::kBool) {
    return absl::InvalidArgumentError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
        "`~` or `logical_not()` operator instead.");
  }
  return trace.Apply<NegOp>({}, {input});
}

constexpr Function kFunctions[] = {
    {"add", Add}, {"sub", Sub}, {"mul", Mul}, {"div", Div}, {"floordiv", FloorDiv}, {"remainder", Remainder},
    {"pow", Pow}, {"neg", Neg},
};

}  // namespace

absl::Span<const Function> ArithmeticFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
