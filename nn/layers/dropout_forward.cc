#include "nn/layers/dropout_forward.h"

#include <cmath>

#include "nn/layers/formula.h"
#include "nn/layers/init.h"
#include "nn/ops/dropout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<Value> Ones(Trace& trace, DType dtype, Shape shape) {
  ASSIGN_OR_RETURN(Tensor ones, Tensor::Allocate({dtype, std::move(shape)}));
  Generator unused(0);
  init::Ones()(ones, unused);
  return trace.Constant(std::move(ones));
}

// [N, C, 1, ...] of an input [N, C, ...], or [C, 1, ...] without a batch.
Shape FeaturesOf(const Shape& shape, bool batched) {
  Shape features;
  const size_t kept = batched ? 2 : 1;
  for (size_t axis = 0; axis < shape.rank(); ++axis) features.push_back(axis < kept ? shape[axis] : 1);
  return features;
}

}  // namespace

absl::StatusOr<Value> ElementDropout(Trace& trace, Value input, double p, uint64_t seed) {
  return trace.Apply<DropoutOp>({.p = p, .seed = seed}, {input});
}

absl::StatusOr<Value> FeatureDropout(Trace& trace, Value input, double p, uint64_t seed, bool batched) {
  const TensorSpec spec = trace.spec(input);
  ASSIGN_OR_RETURN(const Value ones, Ones(trace, spec.dtype, FeaturesOf(spec.shape, batched)));
  Formula f(trace);
  return f.Result(f.Mul(input, f.Apply<DropoutOp>({.p = p, .seed = seed}, {ones})));
}

absl::StatusOr<Value> AlphaDropout(Trace& trace, Value input, double p, uint64_t seed, bool by_feature) {
  constexpr double kAlpha = 1.7580993408473766;  // -scale * alpha of SELU.
  const TensorSpec spec = trace.spec(input);
  Formula f(trace);
  if (p == 1) return f.Result(f.Mul(input, 0));
  const Shape shape = by_feature ? FeaturesOf(spec.shape, /*batched=*/true) : spec.shape;
  ASSIGN_OR_RETURN(const Value ones, Ones(trace, spec.dtype, shape));
  const Value kept = f.Mul(f.Apply<DropoutOp>({.p = p, .seed = seed}, {ones}), 1 - p);  // 1, or 0.
  const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const Value shift = f.Add(f.Mul(f.Sub(kept, 1), kAlpha * a), kAlpha * a * p);
  return f.Result(f.Add(f.Mul(input, f.Mul(kept, a)), shift));
}

}  // namespace moduled::nn
