#include "nn/layers/losses/margin.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/distance_forward.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/promoted.h"
#include "nn/layers/losses/reduction.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct MarginOptions {
  double margin;
  Reduction reduction;
};

absl::StatusOr<Value> Reduced(Trace& trace, const Formula& f, Value losses, Reduction reduction) {
  ASSIGN_OR_RETURN(const Value value, f.Result(losses));
  return Reduce(trace, value, reduction);
}

// max(0, margin - y (x1 - x2))
absl::StatusOr<Value> MarginRanking(Trace& trace, const LossTensors& tensors, const MarginOptions& options) {
  const Shape &x1 = trace.spec(*tensors[0]).shape, &x2 = trace.spec(*tensors[1]).shape,
              &y = trace.spec(*tensors[2]).shape;
  if (x1.rank() != x2.rank() || x1.rank() != y.rank()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size(",
        x1.ToString(), "), input2: torch.Size(", x2.ToString(), "), target: torch.Size(", y.ToString(), ") "));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> in, Promoted(trace, tensors));
  Formula f(trace);
  const Value losses = f.Add(f.Mul(f.Neg(in[2]), f.Sub(in[0], in[1])), options.margin);
  return Reduced(trace, f, f.ClampMin(losses, 0), options.reduction);
}

// x where y is 1, max(0, margin - x) where it is -1; both where it is neither, as in torch.
absl::StatusOr<Value> HingeEmbedding(Trace& trace, const LossTensors& tensors, const MarginOptions& options) {
  Formula f(trace);
  const Value input = *tensors[0], target = *tensors[1];
  const Value hinge = f.ClampMin(f.Sub(options.margin, input), 0);
  const Value unlike = f.Where(f.Compare(Comparison::kEqual, target, 1), 0, hinge);
  const Value like = f.Where(f.Compare(Comparison::kEqual, target, -1), 0, input);
  return Reduced(trace, f, f.Add(unlike, like), options.reduction);
}

absl::Status CheckCosineShapes(const Shape& x1, const Shape& x2, const Shape& y) {
  if (y.rank() > 1) {
    return absl::InvalidArgumentError("0D or 1D target tensor expected, multi-target not supported");
  }
  const size_t want = y.rank() + 1;
  if (x1.rank() == want && x2.rank() == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(y.rank(), "D target tensor expects ", want,
                                                 "D input tensors, but found inputs with sizes ", x1.ToString(),
                                                 " and ", x2.ToString(), "."));
}

// 1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin) where it is -1, 0 where it is neither.
absl::StatusOr<Value> CosineEmbedding(Trace& trace, const LossTensors& tensors, const MarginOptions& options) {
  const Shape x1_shape = trace.spec(*tensors[0]).shape;
  RETURN_IF_ERROR(CheckCosineShapes(x1_shape, trace.spec(*tensors[1]).shape, trace.spec(*tensors[2]).shape));
  const auto axis = static_cast<int64_t>(x1_shape.rank()) - 1;
  constexpr double kEpsilon = 1e-12;  // torch's: no division by zero.
  ASSIGN_OR_RETURN(const std::vector<Value> in, Promoted(trace, absl::MakeSpan(tensors).first(2)));
  const Value target = *tensors[2];
  Formula f(trace);
  const auto product = [&](Value a, Value b) { return f.Sum(f.Mul(a, b), axis); };
  const Value square1 = f.Add(product(in[0], in[0]), kEpsilon), square2 = f.Add(product(in[1], in[1]), kEpsilon);
  const Value cosine = f.Div(product(in[0], in[1]), f.Sqrt(f.Mul(square1, square2)));
  const Value like = f.Where(f.Compare(Comparison::kEqual, target, 1), f.Sub(1, cosine), 0);
  const Value hinge = f.ClampMin(f.Sub(cosine, options.margin), 0);
  const Value unlike = f.Where(f.Compare(Comparison::kEqual, target, -1), hinge, 0);
  return Reduced(trace, f, f.Add(like, unlike), options.reduction);
}

template <absl::StatusOr<Value> (*kFormula)(Trace&, const LossTensors&, const MarginOptions&)>
LossFormula ReadMargin(AttributeReader& reader, double margin) {
  const MarginOptions options{.margin = reader.Float("margin", margin), .reduction = ReadReduction(reader)};
  return [options](Trace& trace, const LossTensors& tensors) { return kFormula(trace, tensors, options); };
}

constexpr absl::string_view kRankingInputs[] = {"input1", "input2", "target"};
constexpr absl::string_view kHingeInputs[] = {"input", "target"};
constexpr absl::string_view kMarginOptions[] = {"margin", "size_average", "reduce", "reduction"};

constexpr Loss kMarginRanking{.layer = "MarginRankingLoss",
                              .function = "margin_ranking_loss",
                              .inputs = kRankingInputs,
                              .options = kMarginOptions,
                              .read = [](AttributeReader& reader) { return ReadMargin<MarginRanking>(reader, 0); }};
constexpr Loss kHingeEmbedding{.layer = "HingeEmbeddingLoss",
                               .function = "hinge_embedding_loss",
                               .inputs = kHingeInputs,
                               .options = kMarginOptions,
                               .read = [](AttributeReader& reader) { return ReadMargin<HingeEmbedding>(reader, 1); }};
constexpr Loss kCosineEmbedding{.layer = "CosineEmbeddingLoss",
                                .function = "cosine_embedding_loss",
                                .inputs = kRankingInputs,
                                .options = kMarginOptions,
                                .read = [](AttributeReader& reader) { return ReadMargin<CosineEmbedding>(reader, 0); }};

constexpr LayerInfo kLayers[] = {
    LossLayerInfo<kMarginRanking>(),
    LossLayerInfo<kHingeEmbedding>(),
    LossLayerInfo<kCosineEmbedding>(),
};
constexpr Function kFunctions[] = {
    LossFunctionInfo<kMarginRanking>(),
    LossFunctionInfo<kHingeEmbedding>(),
    LossFunctionInfo<kCosineEmbedding>(),
};

}  // namespace

absl::Span<const LayerInfo> MarginLossLayers() { return kLayers; }
absl::Span<const Function> MarginLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
