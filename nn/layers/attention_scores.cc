#include "nn/layers/attention_scores.h"

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "nn/layers/formula.h"
#include "nn/ops/dropout.h"
#include "nn/ops/matmul.h"
#include "nn/ops/permute.h"
#include "nn/ops/softmax.h"

namespace moduled::nn {
namespace {

// The last two axes in each other's place.
Value Transpose(Formula& f, size_t rank, Value x) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), int64_t{0});
  std::swap(axes[rank - 1], axes[rank - 2]);
  return f.Apply<PermuteOp>({.axes = std::move(axes)}, {x});
}

}  // namespace

absl::StatusOr<AttentionResult> Attend(Trace& trace, Value q, Value k, Value v, std::optional<Value> mask,
                                       const AttentionOptions& options) {
  const Shape shape = trace.spec(q).shape;
  const auto features = static_cast<double>(shape.At(-1));
  Formula f(trace);
  const Value scaled = options.scale.has_value() ? f.Mul(q, *options.scale) : f.Div(q, std::sqrt(features));
  Value scores = f.Apply<MatmulOp>({}, {scaled, Transpose(f, trace.spec(k).shape.rank(), k)});
  if (mask.has_value()) scores = f.Add(scores, *mask);
  AttentionResult result;
  result.weights = f.Apply<SoftmaxOp>({.axis = static_cast<int64_t>(shape.rank()) - 1}, {scores});
  if (options.dropout > 0) {
    const uint64_t seed = options.seed ^ static_cast<uint64_t>(result.weights.id) << 32;
    result.weights = f.Apply<DropoutOp>({.p = options.dropout, .seed = seed}, {result.weights});
  }
  result.output = f.Apply<MatmulOp>({}, {result.weights, v});
  const absl::StatusOr<Value> output = f.Result(result.output);
  if (!output.ok()) return output.status();
  return result;
}

}  // namespace moduled::nn
