#include "nn/layers/losses/multi_class.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/multi_label_margin_loss.h"
#include "nn/ops/multi_margin_loss.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckScores(const Shape& input) {
  const bool fits = input.rank() < 2 ? input.numel() != 0 : input.rank() == 2 && input[1] != 0;
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Expected non-empty vector or matrix with optional 0-dim batch size, but got: ", input.ToString()));
}

// Scores [classes], or one score, as a batch of one.
Shape AsBatch(const Shape& input) { return input.rank() == 2 ? input : Shape{1, input.numel()}; }

struct MultiMarginReading {
  int64_t p;
  double margin;
  Reduction reduction;
};

absl::StatusOr<Value> MultiMargin(Trace& trace, const LossTensors& tensors, const MultiMarginReading& options) {
  const Shape input = trace.spec(*tensors[0]).shape, target = trace.spec(*tensors[1]).shape;
  const std::optional<Value>& weight = tensors[2];
  if (weight.has_value() && trace.spec(*weight).shape.rank() != 1) {
    return absl::InvalidArgumentError("weight must be one-dimensional");
  }
  RETURN_IF_ERROR(CheckScores(input));
  const Shape batch = AsBatch(input);
  if (target.rank() > 1 || target.numel() != batch[0]) {
    return absl::InvalidArgumentError(absl::StrCat("inconsistent target size, got: ", target.ToString()));
  }
  ASSIGN_OR_RETURN(const Value scores, ReshapeTo(trace, *tensors[0], batch));
  ASSIGN_OR_RETURN(const Value classes, ReshapeTo(trace, *tensors[1], {batch[0]}));
  std::vector<Value> in = {scores, classes};
  if (weight.has_value()) in.push_back(*weight);
  ASSIGN_OR_RETURN(Value losses, trace.Apply<MultiMarginLossOp>(
                                     {.p = options.p, .margin = options.margin, .weighted = weight.has_value()}, in));
  ASSIGN_OR_RETURN(losses, ReshapeTo(trace, losses, target));
  return Reduce(trace, losses, options.reduction);
}

LossFormula ReadMultiMargin(AttributeReader& reader) {
  const MultiMarginReading options{
      .p = reader.Int("p", kAnyInt, 1), .margin = reader.Float("margin", 1), .reduction = ReadReduction(reader)};
  if (options.p != 1 && options.p != 2) reader.Fail("only p == 1 and p == 2 supported");
  return [options](Trace& trace, const LossTensors& tensors) { return MultiMargin(trace, tensors, options); };
}

absl::StatusOr<Value> MultiLabelMargin(Trace& trace, const LossTensors& tensors, Reduction reduction) {
  const Shape input = trace.spec(*tensors[0]).shape, target = trace.spec(*tensors[1]).shape;
  RETURN_IF_ERROR(CheckScores(input));
  if (!(target == input)) {
    return absl::InvalidArgumentError(
        absl::StrCat("inconsistent size ", target.ToString(), " for argument #2 'target'"));
  }
  const Shape batch = AsBatch(input);
  ASSIGN_OR_RETURN(const Value scores, ReshapeTo(trace, *tensors[0], batch));
  ASSIGN_OR_RETURN(const Value labels, ReshapeTo(trace, *tensors[1], batch));
  ASSIGN_OR_RETURN(Value losses, trace.Apply<MultiLabelMarginLossOp>({}, {scores, labels}));
  if (input.rank() < 2) {
    ASSIGN_OR_RETURN(losses, ReshapeTo(trace, losses, {}));
  }
  return Reduce(trace, losses, reduction);
}

LossFormula ReadMultiLabelMargin(AttributeReader& reader) {
  const Reduction reduction = ReadReduction(reader);
  return [reduction](Trace& trace, const LossTensors& tensors) { return MultiLabelMargin(trace, tensors, reduction); };
}

constexpr absl::string_view kInputAndTarget[] = {"input", "target"};
constexpr absl::string_view kWeight[] = {"weight"};
constexpr absl::string_view kReductionOptions[] = {"size_average", "reduce", "reduction"};
constexpr absl::string_view kMultiMarginOptions[] = {"p", "margin", "weight", "size_average", "reduce", "reduction"};

constexpr Loss kMultiMargin{.layer = "MultiMarginLoss",
                            .function = "multi_margin_loss",
                            .inputs = kInputAndTarget,
                            .options = kMultiMarginOptions,
                            .buffers = kWeight,
                            .read = ReadMultiMargin};
constexpr Loss kMultiLabelMargin{.layer = "MultiLabelMarginLoss",
                                 .function = "multilabel_margin_loss",
                                 .inputs = kInputAndTarget,
                                 .options = kReductionOptions,
                                 .read = ReadMultiLabelMargin};

constexpr LayerInfo kLayers[] = {LossLayerInfo<kMultiMargin>(), LossLayerInfo<kMultiLabelMargin>()};
constexpr Function kFunctions[] = {LossFunctionInfo<kMultiMargin>(), LossFunctionInfo<kMultiLabelMargin>()};

}  // namespace

absl::Span<const LayerInfo> MultiClassLossLayers() { return kLayers; }
absl::Span<const Function> MultiClassLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
