// Writing a formula over traced tensors as a formula.
//
//   Formula f(trace);
//   const Value difference = f.Sub(input, target);
//   return f.Result(f.Mul(difference, difference));
//
// Steps never fail: the first error is kept for Result, and what a step then answers must only go into other steps.
#pragma once

#include <initializer_list>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"
#include "nn/ops/compare.h"

namespace moduled::nn {

class Formula {
 public:
  explicit Formula(Trace& trace) : trace_(trace) {}

  // A tensor, or a number of the other operand's type.
  class Operand {
   public:
    Operand(Value value) : operand_(value) {}     // NOLINT(google-explicit-constructor): f.Add(x, 1)
    Operand(double number) : operand_(number) {}  // NOLINT(google-explicit-constructor)

   private:
    friend class Formula;
    std::variant<Value, double> operand_;
  };

  // Of two operands that broadcast, at least one of them a tensor.
  Value Add(Operand a, Operand b);
  Value Sub(Operand a, Operand b);
  Value Mul(Operand a, Operand b);
  Value Div(Operand a, Operand b);
  Value Maximum(Operand a, Operand b);
  Value Minimum(Operand a, Operand b);
  Value Compare(Comparison comparison, Operand a, Operand b);
  Value Where(Value condition, Operand a, Operand b);

  Value Abs(Value x);
  Value Exp(Value x);
  Value Log(Value x);
  Value Neg(Value x);
  Value Sqrt(Value x);
  // max(x, low). As in torch, clamp passes the gradient where x is low, and relu, for a low of 0, does not.
  Value ClampMin(Value x, double low);
  Value Relu(Value x);

  // Over one axis, or over all of them.
  Value Sum(Value x, int64_t axis, bool keepdim = false);
  Value SumAll(Value x);
  Value MeanAll(Value x);

  Value Reshape(Value x, Shape shape);
  Value Cast(Value x, DType dtype);

  // Any operator with one output.
  template <Operator T>
  Value Apply(typename T::Attrs attrs, std::initializer_list<Value> inputs) {
    if (!status_.ok()) return {};
    return Keep(trace_.Apply<T>(std::move(attrs), inputs));
  }

  // What another function of the trace has answered.
  Value Keep(absl::StatusOr<Value> value);

  // `value`, or the first error.
  absl::StatusOr<Value> Result(Value value) const {
    if (!status_.ok()) return status_;
    return value;
  }

 private:
  template <Operator T>
  Value Binary(typename T::Attrs attrs, Operand a, Operand b);
  Value AsValue(Operand operand, DType dtype);

  Trace& trace_;
  absl::Status status_;
};

}  // namespace moduled::nn
