#include "nn/layers/attention_scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "nn/layers/formula.h"
#include "nn/ops/attention.h"
#include "nn/ops/dropout.h"
#include "nn/ops/matmul.h"
#include "nn/ops/permute.h"
#include "nn/ops/softmax.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The last two axes in each other's place.
Value Transpose(Formula& f, size_t rank, Value x) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), int64_t{0});
  std::swap(axes[rank - 1], axes[rank - 2]);
  return f.Apply<PermuteOp>({.axes = std::move(axes)}, {x});
}

// Whether the operator takes these. What it does not take, the composition does, or refuses in torch's words.
bool FitsOperator(const Trace& trace, Value q, Value k, Value v, const std::optional<Value>& mask) {
  const TensorSpec& query = trace.spec(q);
  if (query.dtype != DType::kFloat32 && query.dtype != DType::kFloat64) return false;
  if (trace.spec(k).dtype != query.dtype || trace.spec(v).dtype != query.dtype) return false;
  if (!mask.has_value()) return true;
  const TensorSpec& added = trace.spec(*mask);
  const int64_t last[] = {trace.spec(k).shape.At(-2), query.shape.At(-2)};
  for (size_t i = 0; i < std::min<size_t>(added.shape.rank(), 2); ++i) {
    const int64_t extent = added.shape.At(-1 - static_cast<int64_t>(i));
    if (extent != 1 && extent != last[i]) return false;
  }
  return added.dtype == query.dtype;
}

absl::StatusOr<AttentionResult> AttendAtOnce(Trace& trace, Value q, Value k, Value v, std::optional<Value> mask,
                                             double scale) {
  std::vector<Value> inputs = {q, k, v};
  if (mask.has_value()) inputs.push_back(*mask);
  ASSIGN_OR_RETURN(const Value output, trace.Apply<AttentionOp>({.mask = mask.has_value(), .scale = scale}, inputs));
  return AttentionResult{.output = output, .weights = {}};
}

}  // namespace

absl::StatusOr<AttentionResult> Attend(Trace& trace, Value q, Value k, Value v, std::optional<Value> mask,
                                       const AttentionOptions& options) {
  const Shape shape = trace.spec(q).shape;
  const auto features = static_cast<double>(shape.At(-1));
  if (!options.weights && options.dropout == 0 && FitsOperator(trace, q, k, v, mask)) {
    return AttendAtOnce(trace, q, k, v, mask, options.scale.value_or(1 / std::sqrt(features)));
  }
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
