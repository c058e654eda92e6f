#include "nn/layers/dropout_forward.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/layers/formula.h"
#include "nn/layers/init.h"
#include "nn/modules/python_text.h"
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

absl::StatusOr<Value> FeatureDropout(Trace& trace, Value input, double p, uint64_t seed, bool batched) {
  const TensorSpec spec = trace.spec(input);
  ASSIGN_OR_RETURN(const Value ones, Ones(trace, spec.dtype, FeaturesOf(spec.shape, batched)));
  Formula f(trace);
  return f.Result(f.Mul(input, f.Apply<DropoutOp>({.p = p, .seed = seed}, {ones})));
}

// `by_feature`: whole channels.
absl::StatusOr<Value> DropToMinimum(Trace& trace, Value input, double p, uint64_t seed, bool by_feature) {
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

absl::Status CheckRank(const Trace& trace, Value input) {
  if (trace.spec(input).shape.rank() >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError("Feature dropout requires at least 2 dimensions in the input");
}

}  // namespace

absl::Status CheckDropoutProbability(double p) {
  if (p >= 0 && p <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("dropout probability has to be between 0 and 1, but got ", FloatRepr(p)));
}

absl::StatusOr<Value> Dropout(Trace& trace, Value input, double p, uint64_t seed) {
  return trace.Apply<DropoutOp>({.p = p, .seed = seed}, {input});
}

absl::StatusOr<Value> Dropout1d(Trace& trace, Value input, double p, uint64_t seed) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank != 2 && rank != 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dropout1d: Expected 2D or 3D input, but received a ", rank,
        "D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a "
        "channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."));
  }
  return FeatureDropout(trace, input, p, seed, /*batched=*/rank == 3);
}

// torch takes the first two axes for batch and channels, whatever the rank.
absl::StatusOr<Value> Dropout2d(Trace& trace, Value input, double p, uint64_t seed) {
  RETURN_IF_ERROR(CheckRank(trace, input));
  return FeatureDropout(trace, input, p, seed, /*batched=*/true);
}

// torch takes every rank but 5 for one without a batch.
absl::StatusOr<Value> Dropout3d(Trace& trace, Value input, double p, uint64_t seed) {
  const size_t rank = trace.spec(input).shape.rank();
  if (rank == 0) return CheckRank(trace, input);
  return FeatureDropout(trace, input, p, seed, /*batched=*/rank == 5);
}

absl::StatusOr<Value> AlphaDropout(Trace& trace, Value input, double p, uint64_t seed) {
  return DropToMinimum(trace, input, p, seed, /*by_feature=*/false);
}

absl::StatusOr<Value> FeatureAlphaDropout(Trace& trace, Value input, double p, uint64_t seed) {
  RETURN_IF_ERROR(CheckRank(trace, input));
  return DropToMinimum(trace, input, p, seed, /*by_feature=*/true);
}

}  // namespace moduled::nn
