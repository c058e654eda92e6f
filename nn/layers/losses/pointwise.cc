#include "nn/layers/losses/pointwise.h"

#include "absl/strings/str_cat.h"
#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/promoted.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kInputAndTarget[] = {"input", "target"};

// A loss of input and target of their common floating type: `function` (Formula&, input, target) -> Value.
template <class Function>
LossFormula Comparing(absl::string_view implementation, Reduction reduction, Function function) {
  return [=](Trace& trace, const LossTensors& tensors) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, tensors));
    RETURN_IF_ERROR(CheckDType(implementation, trace.spec(promoted[0]).dtype, kComputedFloats));
    Formula f(trace);
    ASSIGN_OR_RETURN(const Value losses, f.Result(function(f, promoted[0], promoted[1])));
    return Reduce(trace, losses, reduction);
  };
}

// |x - y|, which torch has for integers too.
absl::StatusOr<Value> L1(Trace& trace, const LossTensors& tensors, Reduction reduction) {
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, tensors));
  Formula f(trace);
  ASSIGN_OR_RETURN(const Value losses, f.Result(f.Abs(f.Sub(promoted[0], promoted[1]))));
  return Reduce(trace, losses, reduction);
}

LossFormula ReadL1(AttributeReader& reader) {
  const Reduction reduction = ReadReduction(reader);
  return [reduction](Trace& trace, const LossTensors& tensors) { return L1(trace, tensors, reduction); };
}

LossFormula ReadMse(AttributeReader& reader) {
  return Comparing("mse_cpu", ReadReduction(reader), [](Formula& f, Value input, Value target) {
    const Value difference = f.Sub(input, target);
    return f.Mul(difference, difference);
  });
}

// d^2 / (2 beta) below beta, d - beta / 2 from there on; d = |x - y|.
LossFormula ReadSmoothL1(AttributeReader& reader) {
  const double beta = reader.Float("beta", 1);
  if (beta < 0) reader.Fail("smooth_l1_loss does not support negative values for beta.");
  if (beta == 0) return ReadL1(reader);
  return Comparing("smooth_l1_cpu", ReadReduction(reader), [beta](Formula& f, Value input, Value target) {
    const Value d = f.Abs(f.Sub(input, target));
    const Value near = f.Div(f.Mul(f.Mul(d, 0.5), d), beta);
    return f.Where(f.Compare(Comparison::kLess, d, beta), near, f.Sub(d, 0.5 * beta));
  });
}

// d^2 / 2 below delta, delta (d - delta / 2) from there on; d = |x - y|.
LossFormula ReadHuber(AttributeReader& reader) {
  const double delta = reader.Float("delta", 1);
  if (!(delta > 0)) reader.Fail("huber_loss does not support non-positive values for delta.");
  return Comparing("huber_cpu", ReadReduction(reader), [delta](Formula& f, Value input, Value target) {
    const Value d = f.Abs(f.Sub(input, target));
    const Value near = f.Mul(f.Mul(d, 0.5), d);
    return f.Where(f.Compare(Comparison::kLess, d, delta), near, f.Mul(f.Sub(d, 0.5 * delta), delta));
  });
}

// log(1 + exp(-y x)), in torch's steps.
LossFormula ReadSoftMargin(AttributeReader& reader) {
  return Comparing("exp_vml_cpu", ReadReduction(reader), [](Formula& f, Value input, Value target) {
    return f.Log(f.Add(f.Exp(f.Mul(f.Neg(target), input)), 1));
  });
}

// exp(target) (target - input) where the target is a logarithm, else target (log(target) - input); 0 log(0) is 0.
Value KlDivergence(Formula& f, Value input, Value target, bool log_target) {
  if (log_target) return f.Mul(f.Exp(target), f.Sub(target, input));
  const Value zero = f.Compare(Comparison::kEqual, target, 0);
  const Value entropy = f.Where(zero, 0, f.Mul(target, f.Log(target)));
  return f.Sub(entropy, f.Mul(target, input));
}

absl::StatusOr<Value> KlDiv(Trace& trace, const LossTensors& tensors, Reduction reduction, bool log_target) {
  for (const std::optional<Value>& tensor : tensors) {
    if (!IsFloatingPoint(trace.spec(*tensor).dtype)) {
      return absl::InvalidArgumentError("kl_div: Integral inputs not supported.");
    }
  }
  const Shape shape = trace.spec(*tensors[0]).shape;
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, tensors));
  Formula f(trace);
  const Value losses = f.Keep(f.Result(KlDivergence(f, promoted[0], promoted[1], log_target)));
  if (reduction != Reduction::kBatchMean) {
    ASSIGN_OR_RETURN(const Value value, f.Result(losses));
    return Reduce(trace, value, reduction);
  }
  const Value sum = f.SumAll(losses);
  return f.Result(shape.empty() ? sum : f.Div(sum, static_cast<double>(shape[0])));
}

LossFormula ReadKlDiv(AttributeReader& reader) {
  const Reduction reduction = ReadReductionWithBatchMean(reader);
  const bool log_target = reader.Bool("log_target", false);
  return [=](Trace& trace, const LossTensors& tensors) { return KlDiv(trace, tensors, reduction, log_target); };
}

constexpr absl::string_view kReductionOptions[] = {"size_average", "reduce", "reduction"};
constexpr absl::string_view kSmoothL1Options[] = {"size_average", "reduce", "reduction", "beta"};
constexpr absl::string_view kHuberOptions[] = {"reduction", "delta"};
constexpr absl::string_view kKlDivOptions[] = {"size_average", "reduce", "reduction", "log_target"};

constexpr Loss kL1{
    .layer = "L1Loss", .function = "l1_loss", .inputs = kInputAndTarget, .options = kReductionOptions, .read = ReadL1};
constexpr Loss kMse{.layer = "MSELoss",
                    .function = "mse_loss",
                    .inputs = kInputAndTarget,
                    .options = kReductionOptions,
                    .read = ReadMse};
constexpr Loss kSmoothL1{.layer = "SmoothL1Loss",
                         .function = "smooth_l1_loss",
                         .inputs = kInputAndTarget,
                         .options = kSmoothL1Options,
                         .read = ReadSmoothL1};
constexpr Loss kHuber{.layer = "HuberLoss",
                      .function = "huber_loss",
                      .inputs = kInputAndTarget,
                      .options = kHuberOptions,
                      .read = ReadHuber};
constexpr Loss kSoftMargin{.layer = "SoftMarginLoss",
                           .function = "soft_margin_loss",
                           .inputs = kInputAndTarget,
                           .options = kReductionOptions,
                           .read = ReadSoftMargin};
constexpr Loss kKlDiv{
    .layer = "KLDivLoss", .function = "kl_div", .inputs = kInputAndTarget, .options = kKlDivOptions, .read = ReadKlDiv};

constexpr LayerInfo kLayers[] = {
    LossLayerInfo<kL1>(),    LossLayerInfo<kMse>(),        LossLayerInfo<kSmoothL1>(),
    LossLayerInfo<kHuber>(), LossLayerInfo<kSoftMargin>(), LossLayerInfo<kKlDiv>(),
};
constexpr Function kFunctions[] = {
    LossFunctionInfo<kL1>(),    LossFunctionInfo<kMse>(),        LossFunctionInfo<kSmoothL1>(),
    LossFunctionInfo<kHuber>(), LossFunctionInfo<kSoftMargin>(), LossFunctionInfo<kKlDiv>(),
};

}  // namespace

absl::Span<const LayerInfo> PointwiseLossLayers() { return kLayers; }
absl::Span<const Function> PointwiseLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
