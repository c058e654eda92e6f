// The gradient of norm, by cases of p as torch has them.
#include <cmath>

#include "nn/ops/abs.h"
#include "nn/ops/compare.h"
#include "nn/ops/div.h"
#include "nn/ops/gradients.h"
#include "nn/ops/mul.h"
#include "nn/ops/norm.h"
#include "nn/ops/pow.h"
#include "nn/ops/reshape.h"
#include "nn/ops/sign.h"
#include "nn/ops/sum.h"
#include "nn/ops/where.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The values of one gradient; y and grad with the reduced axes kept.
struct Context {
  GradientScope& scope;
  const ReducedAxes& over;
  Value x, y, grad, zero;

  absl::StatusOr<Value> Power(Value base, double exponent) {
    ASSIGN_OR_RETURN(const Value power, scope.Scalar(exponent, scope.spec(base).dtype));
    return scope.Apply<PowOp>({}, {base, power});
  }
  absl::StatusOr<Value> ZeroWhere(Value zeros, Value value) {
    ASSIGN_OR_RETURN(const Value is_zero, scope.Apply<CompareOp>({.comparison = Comparison::kEqual}, {zeros, zero}));
    return scope.Apply<WhereOp>({}, {is_zero, zero, value});
  }
};

// Of the greatest or least magnitude: equal ones share the gradient.
absl::StatusOr<Value> ExtremumGradient(Context& c) {
  ASSIGN_OR_RETURN(const Value magnitude, c.scope.Apply<AbsOp>({}, {c.x}));
  ASSIGN_OR_RETURN(const Value hit, c.scope.Apply<CompareOp>({.comparison = Comparison::kEqual}, {magnitude, c.y}));
  ASSIGN_OR_RETURN(const Value sign, c.scope.Apply<SignOp>({}, {c.x}));
  ASSIGN_OR_RETURN(const Value one, c.scope.Scalar(1, c.scope.spec(c.x).dtype));
  ASSIGN_OR_RETURN(const Value hits, c.scope.Apply<WhereOp>({}, {hit, one, c.zero}));
  ASSIGN_OR_RETURN(const Value count, c.scope.Apply<SumOp>({.axes = c.over.axes, .keepdim = true}, {hits}));
  ASSIGN_OR_RETURN(const Value share, c.scope.Apply<DivOp>({}, {c.grad, count}));
  ASSIGN_OR_RETURN(const Value gradient, c.scope.Apply<MulOp>({}, {sign, share}));
  return c.scope.Apply<WhereOp>({}, {hit, gradient, c.zero});
}

// sign(x) |x|^(p - 1) grad / y^(p - 1), nothing where x or y is zero.
absl::StatusOr<Value> PowerGradient(Context& c, double p) {
  ASSIGN_OR_RETURN(const Value magnitude, c.scope.Apply<AbsOp>({}, {c.x}));
  ASSIGN_OR_RETURN(const Value sign, c.scope.Apply<SignOp>({}, {c.x}));
  ASSIGN_OR_RETURN(const Value power, c.Power(magnitude, p - 1));
  ASSIGN_OR_RETURN(const Value signed_power, c.scope.Apply<MulOp>({}, {sign, power}));
  ASSIGN_OR_RETURN(const Value numerator, c.ZeroWhere(c.x, signed_power));
  ASSIGN_OR_RETURN(const Value divisor, c.Power(c.y, p - 1));
  ASSIGN_OR_RETURN(const Value ratio, c.scope.Apply<DivOp>({}, {c.grad, divisor}));
  ASSIGN_OR_RETURN(const Value scale, c.ZeroWhere(c.y, ratio));
  return c.scope.Apply<MulOp>({}, {numerator, scale});
}

absl::StatusOr<Value> GradientOfPower(Context& c, double p) {
  if (p == 0) return c.scope.Zeros(c.scope.spec(c.x));
  if (std::isinf(p)) return ExtremumGradient(c);
  if (p == 1) {
    ASSIGN_OR_RETURN(const Value sign, c.scope.Apply<SignOp>({}, {c.x}));
    return c.scope.Apply<MulOp>({}, {sign, c.grad});
  }
  if (p != 2) return PowerGradient(c, p);
  ASSIGN_OR_RETURN(const Value ratio, c.scope.Apply<DivOp>({}, {c.grad, c.y}));
  ASSIGN_OR_RETURN(const Value scale, c.ZeroWhere(c.y, ratio));
  return c.scope.Apply<MulOp>({}, {c.x, scale});
}

}  // namespace

absl::Status NormOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Value x = scope.in(0);
  const Shape kept = KeptShape(attrs.over, scope.spec(x).shape);
  ASSIGN_OR_RETURN(const Value y, scope.Apply<ReshapeOp>({.shape = kept}, {scope.out()}));
  ASSIGN_OR_RETURN(const Value grad, scope.Apply<ReshapeOp>({.shape = kept}, {scope.grad()}));
  ASSIGN_OR_RETURN(const Value zero, scope.Scalar(0, scope.spec(x).dtype));
  Context context{scope, attrs.over, x, y, grad, zero};
  return scope.Set(0, GradientOfPower(context, attrs.p));
}

}  // namespace moduled::nn
