#include "nn/layers/losses/binary.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/promoted.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/binary_cross_entropy.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/log_sigmoid.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kInputAndTarget[] = {"input", "target"};
constexpr absl::string_view kWeight[] = {"weight"};

std::string SizeText(const Shape& shape) { return absl::StrCat("torch.Size(", shape.ToString(), ")"); }

// The losses times a weight that must not make more of them.
absl::StatusOr<Value> Weighted(Trace& trace, Value losses, const std::optional<Value>& weight) {
  if (!weight.has_value()) return losses;
  const Shape shape = trace.spec(losses).shape;
  ASSIGN_OR_RETURN(const Shape common, BroadcastShapes(shape, trace.spec(*weight).shape));
  if (!(common == shape)) {
    return absl::InvalidArgumentError(
        absl::StrCat("output with shape ", shape.ToString(), " doesn't match the broadcast shape ", common.ToString()));
  }
  Formula f(trace);
  return f.Result(f.Mul(losses, *weight));
}

absl::StatusOr<Value> Bce(Trace& trace, const LossTensors& tensors, Reduction reduction) {
  const Shape &input = trace.spec(*tensors[0]).shape, &target = trace.spec(*tensors[1]).shape;
  if (!(input == target)) {
    return absl::InvalidArgumentError(absl::StrCat("Using a target size (", SizeText(target),
                                                   ") that is different to the input size (", SizeText(input),
                                                   ") is deprecated. Please ensure they have the same size."));
  }
  ASSIGN_OR_RETURN(Value losses, trace.Apply<BinaryCrossEntropyOp>({}, {*tensors[0], *tensors[1]}));
  ASSIGN_OR_RETURN(losses, Weighted(trace, losses, tensors[2]));
  return Reduce(trace, losses, reduction);
}

LossFormula ReadBce(AttributeReader& reader) {
  const Reduction reduction = ReadReduction(reader);
  return [reduction](Trace& trace, const LossTensors& tensors) { return Bce(trace, tensors, reduction); };
}

// (1 - t) x - (1 + (p - 1) t) log(sigmoid(x)), p the weight of positive targets.
absl::StatusOr<Value> BceWithLogits(Trace& trace, const LossTensors& tensors, Reduction reduction) {
  const Shape &input_shape = trace.spec(*tensors[0]).shape, &target_shape = trace.spec(*tensors[1]).shape;
  if (!(input_shape == target_shape)) {
    return absl::InvalidArgumentError(absl::StrCat("Target size (", SizeText(target_shape),
                                                   ") must be the same as input size (", SizeText(input_shape), ")"));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, absl::MakeSpan(tensors).first(2)));
  const Value input = promoted[0], target = promoted[1];
  Formula f(trace);
  Value log = f.Apply<LogSigmoidOp>({}, {input});
  if (tensors[3].has_value()) log = f.Mul(f.Add(f.Mul(f.Sub(*tensors[3], 1), target), 1), log);
  ASSIGN_OR_RETURN(Value losses, f.Result(f.Sub(f.Mul(f.Sub(1, target), input), log)));
  ASSIGN_OR_RETURN(losses, Weighted(trace, losses, tensors[2]));
  return Reduce(trace, losses, reduction);
}

LossFormula ReadBceWithLogits(AttributeReader& reader) {
  const Reduction reduction = ReadReduction(reader);
  return [reduction](Trace& trace, const LossTensors& tensors) { return BceWithLogits(trace, tensors, reduction); };
}

// The mean over the classes, the last axis, of -t log(sigmoid(x)) - (1 - t) log(sigmoid(-x)).
absl::StatusOr<Value> MultiLabelSoftMargin(Trace& trace, const LossTensors& tensors, Reduction reduction) {
  const Shape shape = trace.spec(*tensors[0]).shape;
  if (shape.empty()) {
    return absl::InvalidArgumentError("Dimension out of range (expected to be in range of [-1, 0], but got -1)");
  }
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, absl::MakeSpan(tensors).first(2)));
  const Value input = promoted[0], target = promoted[1];
  Formula f(trace);
  const Value is = f.Mul(target, f.Apply<LogSigmoidOp>({}, {input}));
  const Value is_not = f.Mul(f.Sub(1, target), f.Apply<LogSigmoidOp>({}, {f.Neg(input)}));
  Value losses = f.Neg(f.Add(is, is_not));
  if (tensors[2].has_value()) losses = f.Mul(losses, *tensors[2]);
  ASSIGN_OR_RETURN(losses, f.Result(losses));
  const int64_t classes = trace.spec(losses).shape.At(-1);
  const auto last = static_cast<int64_t>(trace.spec(losses).shape.rank()) - 1;
  ASSIGN_OR_RETURN(losses, f.Result(f.Div(f.Sum(losses, last), static_cast<double>(classes))));
  return Reduce(trace, losses, reduction);
}

LossFormula ReadMultiLabelSoftMargin(AttributeReader& reader) {
  const Reduction reduction = ReadReduction(reader, ReductionError::kNotValid);
  return
      [reduction](Trace& trace, const LossTensors& tensors) { return MultiLabelSoftMargin(trace, tensors, reduction); };
}

constexpr absl::string_view kOptions[] = {"weight", "size_average", "reduce", "reduction"};
constexpr absl::string_view kLogitsOptions[] = {"weight", "size_average", "reduce", "reduction", "pos_weight"};
constexpr absl::string_view kLogitsBuffers[] = {"weight", "pos_weight"};

constexpr Loss kBce{.layer = "BCELoss",
                    .function = "binary_cross_entropy",
                    .inputs = kInputAndTarget,
                    .options = kOptions,
                    .buffers = kWeight,
                    .read = ReadBce};
constexpr Loss kBceWithLogits{.layer = "BCEWithLogitsLoss",
                              .function = "binary_cross_entropy_with_logits",
                              .inputs = kInputAndTarget,
                              .options = kLogitsOptions,
                              .buffers = kLogitsBuffers,
                              .read = ReadBceWithLogits};
constexpr Loss kMultiLabelSoftMargin{.layer = "MultiLabelSoftMarginLoss",
                                     .function = "multilabel_soft_margin_loss",
                                     .inputs = kInputAndTarget,
                                     .options = kOptions,
                                     .buffers = kWeight,
                                     .read = ReadMultiLabelSoftMargin};

constexpr LayerInfo kLayers[] = {
    LossLayerInfo<kBce>(),
    LossLayerInfo<kBceWithLogits>(),
    LossLayerInfo<kMultiLabelSoftMargin>(),
};
constexpr Function kFunctions[] = {
    LossFunctionInfo<kBce>(),
    LossFunctionInfo<kBceWithLogits>(),
    LossFunctionInfo<kMultiLabelSoftMargin>(),
};

}  // namespace

absl::Span<const LayerInfo> BinaryLossLayers() { return kLayers; }
absl::Span<const Function> BinaryLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
