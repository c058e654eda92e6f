#include "nn/graph/gradient.h"
#include "nn/ops/add.h"
#include "nn/ops/attention.h"
#include "nn/ops/attention/view.h"
#include "nn/ops/cat.h"
#include "nn/ops/gradients.h"
#include "nn/ops/matmul.h"
#include "nn/ops/mul.h"
#include "nn/ops/permute.h"
#include "nn/ops/slice.h"
#include "nn/ops/softmax.h"
#include "nn/ops/sub.h"
#include "nn/tensor/status_macros.h"

// The weights are computed again, over heads that stand apart: a backward pass is bound by its products.
namespace moduled::nn {
namespace {

using Attrs = AttentionOp::Attrs;

// The axes that take [..., L, heads, E] to [..., heads, L, E], or [L, N, heads, E] to [N, heads, L, E]; the first is
// its own inverse.
std::vector<int64_t> SplittingAxes(HeadLayout layout, size_t rank) {
  if (layout == HeadLayout::kSequenceFirst) return {1, 2, 0, 3};
  std::vector<int64_t> axes(rank);
  for (size_t axis = 0; axis < rank; ++axis) axes[axis] = static_cast<int64_t>(axis);
  std::swap(axes[rank - 2], axes[rank - 3]);
  return axes;
}

// The matrices of an operand, [batch..., rows, columns]: of its index-th third, if it is packed.
absl::StatusOr<Value> Split(GradientScope& scope, const Attrs& attrs, Value x, bool packed, int64_t index) {
  if (attrs.layout == HeadLayout::kSeparate) return x;
  Shape shape = scope.spec(x).shape;
  if (packed) {
    const int64_t length = shape.At(-1) / 3;
    const auto last = static_cast<int64_t>(shape.rank()) - 1;
    ASSIGN_OR_RETURN(x, scope.Apply<SliceOp>({.axis = last, .start = index * length, .length = length}, {x}));
    shape[shape.rank() - 1] = length;
  }
  Shape split(shape.extents().first(shape.rank() - 1));
  split.push_back(attrs.heads);
  split.push_back(shape.At(-1) / attrs.heads);
  ASSIGN_OR_RETURN(x, Reshaped(scope, x, split));
  return scope.Apply<PermuteOp>({.axes = SplittingAxes(attrs.layout, split.rank())}, {x});
}

// The reverse of Split without thirds.
absl::StatusOr<Value> Merge(GradientScope& scope, const Attrs& attrs, Value x) {
  if (attrs.layout == HeadLayout::kSeparate) return x;
  const Shape shape = scope.spec(x).shape;
  const std::vector<int64_t> back = attrs.layout == HeadLayout::kSequenceFirst
                                        ? std::vector<int64_t>{2, 0, 1, 3}
                                        : SplittingAxes(attrs.layout, shape.rank());
  ASSIGN_OR_RETURN(const Value merged, scope.Apply<PermuteOp>({.axes = back}, {x}));
  return Reshaped(scope, merged, attention::OutputShape(attrs.layout, shape));
}

// q, k, v and the gradient of y as matrices.
struct Matrices {
  Value q;
  Value k;
  Value v;
  Value dy;
};

absl::StatusOr<Matrices> SplitAll(GradientScope& scope, const Attrs& attrs) {
  Matrices m;
  ASSIGN_OR_RETURN(m.q, Split(scope, attrs, scope.in(0), attrs.packed, 0));
  ASSIGN_OR_RETURN(m.k, Split(scope, attrs, scope.in(attrs.packed ? 0 : 1), attrs.packed, 1));
  ASSIGN_OR_RETURN(m.v, Split(scope, attrs, scope.in(attrs.packed ? 0 : 2), attrs.packed, 2));
  ASSIGN_OR_RETURN(m.dy, Split(scope, attrs, scope.grad(), false, 0));
  return m;
}

absl::StatusOr<Value> Weights(GradientScope& scope, const Attrs& attrs, const Matrices& m) {
  ASSIGN_OR_RETURN(const Value turned, Transposed(scope, m.k));
  ASSIGN_OR_RETURN(const Value scaled, Times(scope, m.q, attrs.scale));
  ASSIGN_OR_RETURN(Value scores, scope.Apply<MatmulOp>({}, {scaled, turned}));
  if (attrs.mask) {
    ASSIGN_OR_RETURN(scores, scope.Apply<AddOp>({}, {scores, scope.in(scope.in_count() - 1)}));
  }
  const auto last = static_cast<int64_t>(scope.spec(scores).shape.rank()) - 1;
  return scope.Apply<SoftmaxOp>({.axis = last}, {scores});
}

// The gradient of the scores after scale and mask: p (dp - sum(p dp)) for dp = dy v^T.
absl::StatusOr<Value> ScoreGradient(GradientScope& scope, const Matrices& m, Value weights) {
  ASSIGN_OR_RETURN(const Value turned, Transposed(scope, m.v));
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<MatmulOp>({}, {m.dy, turned}));
  ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {gradient, weights}));
  const auto last = static_cast<int64_t>(scope.spec(product).shape.rank()) - 1;
  ASSIGN_OR_RETURN(const Value sum, SumAlongAxis(scope, product, last));
  ASSIGN_OR_RETURN(const Value difference, scope.Apply<SubOp>({}, {gradient, sum}));
  return scope.Apply<MulOp>({}, {difference, weights});
}

// left right, summed over what broadcasting has repeated, in the place and layout of an operand.
absl::StatusOr<Value> ProductLike(GradientScope& scope, const Attrs& attrs, Value left, Value right, Value like,
                                  double scale) {
  ASSIGN_OR_RETURN(Value product, scope.Apply<MatmulOp>({}, {left, right}));
  ASSIGN_OR_RETURN(product, SumToShape(scope, product, scope.spec(like).shape));
  if (scale != 1) {
    ASSIGN_OR_RETURN(product, Times(scope, product, scale));
  }
  return Merge(scope, attrs, product);
}

}  // namespace

absl::Status AttentionOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Matrices m, SplitAll(scope, attrs));
  ASSIGN_OR_RETURN(const Value weights, Weights(scope, attrs, m));
  ASSIGN_OR_RETURN(const Value scores, ScoreGradient(scope, m, weights));
  const auto wants = [&](size_t operand) { return scope.wants(attrs.packed ? 0 : operand); };
  Value gradients[3];
  if (wants(0)) {
    ASSIGN_OR_RETURN(gradients[0], ProductLike(scope, attrs, scores, m.k, m.q, attrs.scale));
  }
  if (wants(1)) {
    ASSIGN_OR_RETURN(const Value turned, Transposed(scope, scores));
    ASSIGN_OR_RETURN(gradients[1], ProductLike(scope, attrs, turned, m.q, m.k, attrs.scale));
  }
  if (wants(2)) {
    ASSIGN_OR_RETURN(const Value turned, Transposed(scope, weights));
    ASSIGN_OR_RETURN(gradients[2], ProductLike(scope, attrs, turned, m.dy, m.v, 1));
  }
  if (attrs.mask) {
    RETURN_IF_ERROR(SetBroadcast(scope, scope.in_count() - 1, [&]() -> absl::StatusOr<Value> { return scores; }));
  }
  if (!attrs.packed) {
    for (size_t i = 0; i < 3; ++i) {
      if (wants(i)) RETURN_IF_ERROR(scope.Set(i, gradients[i]));
    }
    return absl::OkStatus();
  }
  if (!wants(0)) return absl::OkStatus();
  const auto last = static_cast<int64_t>(scope.spec(scope.in(0)).shape.rank()) - 1;
  return scope.Set(0, scope.Apply<CatOp>({.axis = last}, {gradients[0], gradients[1], gradients[2]}));
}

}  // namespace moduled::nn
