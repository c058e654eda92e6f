#include "nn/layers/distance_forward.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/layers/functions/promotion.h"
#include "nn/ops/clamp_data.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/expand.h"
#include "nn/ops/norm.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// x divided by its norm along the axis. The gradient knows nothing of the smallest norm, as in torch.
Value Normalised(Formula& f, Value x, const Shape& shape, const ReducedAxes& axis, double eps) {
  const Value full = f.Apply<ExpandOp>({.shape = shape}, {x});
  const Value norm = f.Apply<NormOp>({.p = 2, .over = axis}, {full});
  return f.Div(full, f.Apply<ClampDataOp>({.min = eps}, {norm}));
}

}  // namespace

PairwiseDistanceOptions ReadPairwiseDistanceOptions(AttributeReader& reader) {
  return {.p = reader.Float("p", 2), .eps = reader.Float("eps", 1e-6), .keepdim = reader.Bool("keepdim", false)};
}

CosineSimilarityOptions ReadCosineSimilarityOptions(AttributeReader& reader) {
  return {.dim = reader.Int("dim", kAnyInt, 1), .eps = reader.Float("eps", 1e-8)};
}

absl::StatusOr<Value> PairwiseDistance(Trace& trace, Value x1, Value x2, const PairwiseDistanceOptions& options) {
  ASSIGN_OR_RETURN(const DType dtype, functions::ResultType(trace, {Symbol(x1), Symbol(x2)}));
  Formula f(trace);
  Value difference = f.Sub(f.Cast(x1, dtype), f.Cast(x2, dtype));
  if (!IsFloatingPoint(dtype)) difference = f.Cast(difference, DType::kFloat32);
  ASSIGN_OR_RETURN(difference, f.Result(f.Add(difference, options.eps)));
  const size_t rank = trace.spec(difference).shape.rank();
  ReducedAxes last{.axes = {}, .keepdim = options.keepdim};
  if (rank > 0) last.axes.push_back(static_cast<int64_t>(rank) - 1);
  return trace.Apply<NormOp>({.p = options.p, .over = last}, {difference});
}

absl::StatusOr<Value> CosineSimilarity(Trace& trace, Value x1, Value x2, const CosineSimilarityOptions& options) {
  ASSIGN_OR_RETURN(const DType dtype, functions::ResultType(trace, {Symbol(x1), Symbol(x2)}));
  if (!IsFloatingPoint(dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected common dtype to be floating point, yet common dtype is ", ScalarName(dtype)));
  }
  ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(trace.spec(x1).shape, trace.spec(x2).shape));
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(options.dim, shape.rank()));
  const ReducedAxes kept{.axes = {axis}, .keepdim = true};
  Formula f(trace);
  const Value unit1 = Normalised(f, f.Cast(x1, dtype), shape, kept, options.eps);
  const Value unit2 = Normalised(f, f.Cast(x2, dtype), shape, kept, options.eps);
  return f.Result(f.Sum(f.Mul(unit1, unit2), axis));
}

}  // namespace moduled::nn
