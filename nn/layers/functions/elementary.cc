#include "nn/layers/functions/elementary.h"

#include <optional>
#include <string>

#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/abs.h"
#include "nn/ops/clamp.h"
#include "nn/ops/detach.h"
#include "nn/ops/exp.h"
#include "nn/ops/log.h"
#include "nn/ops/log1p.h"
#include "nn/ops/maximum.h"
#include "nn/ops/minimum.h"
#include "nn/ops/rsqrt.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/sign.h"
#include "nn/ops/sqrt.h"
#include "nn/ops/tanh.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

absl::StatusOr<Value> BindInput(absl::string_view function, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false, {{"input"}}, arguments));
  return bound.Tensor(0);
}

// function(input), an operator of the same name.
template <Operator T>
absl::StatusOr<Symbol> OfNumbers(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Value input, BindInput(T::kName, arguments));
  return trace.Apply<T>({}, {input});
}

// The same, of integers and bools as floats.
template <Operator T>
absl::StatusOr<Symbol> OfFloats(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(Value input, BindInput(T::kName, arguments));
  if (!IsFloatingPoint(trace.spec(input).dtype)) {
    ASSIGN_OR_RETURN(input, CastTo(trace, input, DType::kFloat32));
  }
  return trace.Apply<T>({}, {input});
}

// A bound of clamp as a double, if it is a number.
std::optional<double> NumberOf(const Symbol& bound) {
  if (const double* number = bound.As<double>()) return *number;
  if (const std::optional<int64_t> number = AsInt(bound)) return static_cast<double>(*number);
  return std::nullopt;
}

// clamp(input, min=None, max=None): numbers, or tensors
absl::StatusOr<Symbol> Clamp(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("clamp", /*is_method=*/false,
                                        {{"input"}, {"min", kOptional}, {"max", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  std::vector<Symbol> operands = {input};
  bool tensors = false;
  for (const size_t i : {1, 2}) {
    if (bound.IsNone(i)) continue;
    tensors = tensors || bound.Find(i)->Is<Value>();
    if (!bound.Find(i)->Is<Value>() && !IsNumber(*bound.Find(i))) return bound.WrongType(i, "Number");
    operands.push_back(*bound.Find(i));
  }
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, operands));
  ASSIGN_OR_RETURN(Value result, CastTo(trace, input, dtype));
  if (!tensors) {
    ClampOp::Attrs attrs;
    if (!bound.IsNone(1)) attrs.min = NumberOf(*bound.Find(1));
    if (!bound.IsNone(2)) attrs.max = NumberOf(*bound.Find(2));
    return trace.Apply<ClampOp>(attrs, {result});
  }
  if (!bound.IsNone(1)) {
    ASSIGN_OR_RETURN(const Value min, AsTensor(trace, *bound.Find(1), dtype));
    ASSIGN_OR_RETURN(result, trace.Apply<MaximumOp>({}, {result, min}));
  }
  if (!bound.IsNone(2)) {
    ASSIGN_OR_RETURN(const Value max, AsTensor(trace, *bound.Find(2), dtype));
    ASSIGN_OR_RETURN(result, trace.Apply<MinimumOp>({}, {result, max}));
  }
  return result;
}

// to(input, dtype)
absl::StatusOr<Symbol> To(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("to", /*is_method=*/false, {{"input"}, {"dtype"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(1));
  if (!dtype.has_value()) return bound.WrongType(1, "torch.dtype");
  return CastTo(trace, input, *dtype);
}

// type_as(input, other)
absl::StatusOr<Symbol> TypeAs(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("type_as", /*is_method=*/false, {{"input"}, {"other"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value other, bound.Tensor(1));
  return CastTo(trace, input, trace.spec(other).dtype);
}

constexpr Function kFunctions[] = {
    {"abs", OfNumbers<AbsOp>},
    {"sign", OfNumbers<SignOp>},
    {"exp", OfFloats<ExpOp>},
    {"log", OfFloats<LogOp>},
    {"log1p", OfFloats<Log1pOp>},
    {"sqrt", OfFloats<SqrtOp>},
    {"rsqrt", OfFloats<RsqrtOp>},
    {"sigmoid", OfFloats<SigmoidOp>},
    {"tanh", OfFloats<TanhOp>},
    {"clamp", Clamp},
    {"detach", OfNumbers<DetachOp>},
    {"to", To},
    {"type_as", TypeAs},
};

}  // namespace

absl::Span<const Function> ElementaryFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
