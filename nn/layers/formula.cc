#include "nn/layers/formula.h"

#include <numeric>
#include <vector>

#include "nn/layers/axes.h"
#include "nn/ops/abs.h"
#include "nn/ops/add.h"
#include "nn/ops/clamp.h"
#include "nn/ops/div.h"
#include "nn/ops/exp.h"
#include "nn/ops/log.h"
#include "nn/ops/maximum.h"
#include "nn/ops/mean.h"
#include "nn/ops/minimum.h"
#include "nn/ops/mul.h"
#include "nn/ops/neg.h"
#include "nn/ops/relu.h"
#include "nn/ops/sqrt.h"
#include "nn/ops/sub.h"
#include "nn/ops/sum.h"
#include "nn/ops/where.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::vector<int64_t> AllAxes(const Shape& shape) {
  std::vector<int64_t> axes(shape.rank());
  std::iota(axes.begin(), axes.end(), int64_t{0});
  return axes;
}

absl::StatusOr<Value> Number(Trace& trace, double number, DType dtype) {
  ASSIGN_OR_RETURN(Tensor scalar, Convert(Tensor::Scalar<double>(number), dtype));
  return trace.Constant(std::move(scalar));
}

}  // namespace

Value Formula::Keep(absl::StatusOr<Value> value) {
  if (status_.ok()) status_ = value.status();
  return status_.ok() ? *value : Value{};
}

Value Formula::AsValue(Operand operand, DType dtype) {
  if (const Value* value = std::get_if<Value>(&operand.operand_)) return *value;
  return Keep(Number(trace_, std::get<double>(operand.operand_), dtype));
}

template <Operator T>
Value Formula::Binary(typename T::Attrs attrs, Operand a, Operand b) {
  if (!status_.ok()) return {};
  const Value* value = std::get_if<Value>(&a.operand_);
  const DType dtype = trace_.spec(value != nullptr ? *value : std::get<Value>(b.operand_)).dtype;
  return Apply<T>(std::move(attrs), {AsValue(a, dtype), AsValue(b, dtype)});
}

Value Formula::Add(Operand a, Operand b) { return Binary<AddOp>({}, a, b); }
Value Formula::Sub(Operand a, Operand b) { return Binary<SubOp>({}, a, b); }
Value Formula::Mul(Operand a, Operand b) { return Binary<MulOp>({}, a, b); }
Value Formula::Div(Operand a, Operand b) { return Binary<DivOp>({}, a, b); }
Value Formula::Maximum(Operand a, Operand b) { return Binary<MaximumOp>({}, a, b); }
Value Formula::Minimum(Operand a, Operand b) { return Binary<MinimumOp>({}, a, b); }

Value Formula::Compare(Comparison comparison, Operand a, Operand b) {
  return Binary<CompareOp>({.comparison = comparison}, a, b);
}

Value Formula::Where(Value condition, Operand a, Operand b) {
  if (!status_.ok()) return {};
  const Value* value = std::get_if<Value>(&a.operand_);
  const DType dtype = trace_.spec(value != nullptr ? *value : std::get<Value>(b.operand_)).dtype;
  return Apply<WhereOp>({}, {condition, AsValue(a, dtype), AsValue(b, dtype)});
}

Value Formula::Abs(Value x) { return Apply<AbsOp>({}, {x}); }
Value Formula::Exp(Value x) { return Apply<ExpOp>({}, {x}); }
Value Formula::Log(Value x) { return Apply<LogOp>({}, {x}); }
Value Formula::Neg(Value x) { return Apply<NegOp>({}, {x}); }
Value Formula::Sqrt(Value x) { return Apply<SqrtOp>({}, {x}); }
Value Formula::ClampMin(Value x, double low) { return Apply<ClampOp>({.min = low}, {x}); }
Value Formula::Relu(Value x) { return Apply<ReluOp>({}, {x}); }

Value Formula::Sum(Value x, int64_t axis, bool keepdim) {
  return Apply<SumOp>({.axes = {axis}, .keepdim = keepdim}, {x});
}

Value Formula::SumAll(Value x) {
  if (!status_.ok()) return {};
  return Apply<SumOp>({.axes = AllAxes(trace_.spec(x).shape)}, {x});
}

Value Formula::MeanAll(Value x) {
  if (!status_.ok()) return {};
  return Apply<MeanOp>({.axes = AllAxes(trace_.spec(x).shape)}, {x});
}

Value Formula::Reshape(Value x, Shape shape) {
  if (!status_.ok()) return {};
  return Keep(ReshapeTo(trace_, x, std::move(shape)));
}

Value Formula::Cast(Value x, DType dtype) {
  if (!status_.ok()) return {};
  return Keep(CastTo(trace_, x, dtype));
}

}  // namespace moduled::nn
