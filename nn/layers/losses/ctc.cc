#include "nn/layers/losses/ctc.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/checks.h"
#include "nn/ops/ctc_loss.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kInputs[] = {"log_probs", "targets", "input_lengths", "target_lengths"};

// One length for each sample, as the operator wants them.
absl::StatusOr<Value> Lengths(Trace& trace, absl::string_view name, Value lengths, int64_t n) {
  const TensorSpec spec = trace.spec(lengths);
  if (IsFloatingPoint(spec.dtype) || spec.dtype == DType::kBool) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be integral"));
  }
  if (spec.numel() != n) return absl::InvalidArgumentError(absl::StrCat(name, " must be of size batch_size"));
  ASSIGN_OR_RETURN(const Value flat, ReshapeTo(trace, lengths, {n}));
  return CastTo(trace, flat, DType::kInt64);
}

struct CtcReading {
  CtcOptions options;
  Reduction reduction;
};

// The mean is of each loss by its target's length, at least 1.
absl::StatusOr<Value> Ctc(Trace& trace, const LossTensors& tensors, const CtcReading& reading) {
  const TensorSpec input = trace.spec(*tensors[0]);
  const bool batched = input.shape.rank() != 2;
  const Shape shape = batched ? input.shape : Shape{input.shape[0], 1, input.shape[1]};
  const int64_t n = shape.rank() < 2 ? 1 : shape[1];
  Formula f(trace);
  const Value log_probs = f.Reshape(*tensors[0], shape);
  const Value targets = f.Cast(*tensors[1], DType::kInt64);
  ASSIGN_OR_RETURN(const Value input_lengths, Lengths(trace, kInputs[2], *tensors[2], n));
  ASSIGN_OR_RETURN(const Value target_lengths, Lengths(trace, kInputs[3], *tensors[3], n));
  Value losses = f.Apply<CtcLossOp>(reading.options, {log_probs, targets, input_lengths, target_lengths});
  if (reading.reduction == Reduction::kMean) {
    losses = f.Div(losses, f.Cast(f.Maximum(target_lengths, 1), input.dtype));
  }
  if (!batched) losses = f.Reshape(losses, {});
  ASSIGN_OR_RETURN(losses, f.Result(losses));
  return Reduce(trace, losses, reading.reduction);
}

LossFormula ReadCtc(AttributeReader& reader) {
  const CtcReading reading{
      .options = {.blank = reader.Int("blank", kAnyInt, 0), .zero_infinity = reader.Bool("zero_infinity", false)},
      .reduction = ReadReduction(reader)};
  return [reading](Trace& trace, const LossTensors& tensors) { return Ctc(trace, tensors, reading); };
}

constexpr absl::string_view kCtcOptions[] = {"blank", "reduction", "zero_infinity"};

constexpr Loss kCtc{
    .layer = "CTCLoss", .function = "ctc_loss", .inputs = kInputs, .options = kCtcOptions, .read = ReadCtc};

constexpr LayerInfo kLayers[] = {LossLayerInfo<kCtc>()};
constexpr Function kFunctions[] = {LossFunctionInfo<kCtc>()};

}  // namespace

absl::Span<const LayerInfo> CtcLossLayers() { return kLayers; }
absl::Span<const Function> CtcLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
