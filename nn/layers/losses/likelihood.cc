#include "nn/layers/losses/likelihood.h"

#include <cmath>
#include <numbers>

#include "nn/layers/formula.h"
#include "nn/layers/losses/loss.h"
#include "nn/layers/losses/promoted.h"
#include "nn/layers/losses/reduction.h"
#include "nn/ops/clamp_data.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr absl::string_view kInputAndTarget[] = {"input", "target"};

struct PoissonOptions {
  bool log_input;
  bool full;
  double eps;
  Reduction reduction;
};

// exp(x) - y x of a logarithm x, else x - y log(x + eps); Stirling's term y log(y) - y + log(2 pi y) / 2 counts for
// y > 1.
absl::StatusOr<Value> PoissonNll(Trace& trace, const LossTensors& tensors, const PoissonOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, tensors));
  const Value input = promoted[0], target = promoted[1];
  Formula f(trace);
  Value losses = options.log_input ? f.Sub(f.Exp(input), f.Mul(target, input))
                                   : f.Sub(input, f.Mul(target, f.Log(f.Add(input, options.eps))));
  if (options.full) {
    const Value half_log = f.Mul(f.Log(f.Mul(target, 2 * std::numbers::pi)), 0.5);
    const Value stirling = f.Add(f.Sub(f.Mul(target, f.Log(target)), target), half_log);
    losses = f.Add(losses, f.Where(f.Compare(Comparison::kLessEqual, target, 1), 0, stirling));
  }
  ASSIGN_OR_RETURN(losses, f.Result(losses));
  return Reduce(trace, losses, options.reduction);
}

LossFormula ReadPoissonNll(AttributeReader& reader) {
  const PoissonOptions options{.log_input = reader.Bool("log_input", true),
                               .full = reader.Bool("full", false),
                               .eps = reader.Float("eps", 1e-8),
                               .reduction = ReadReduction(reader, ReductionError::kNotValid)};
  return [options](Trace& trace, const LossTensors& tensors) { return PoissonNll(trace, tensors, options); };
}

struct GaussianOptions {
  bool full;
  double eps;
  Reduction reduction;
};

// The shape that the variance broadcasts with: one variance for each row may come without the last axis.
absl::StatusOr<Shape> VarianceShape(const Shape& input, const Shape& variance) {
  if (variance == input) return variance;
  const absl::Span<const int64_t> rows = input.extents().first(input.empty() ? 0 : input.rank() - 1);
  if (!input.empty() && variance.extents() == rows) {
    Shape shape(rows);
    shape.push_back(1);
    return shape;
  }
  if (!input.empty() && variance.rank() == input.rank() && variance.At(-1) == 1 &&
      variance.extents().first(rows.size()) == rows) {
    return variance;
  }
  return absl::InvalidArgumentError("var is of incorrect size");
}

// (log(v) + (x - y)^2 / v) / 2 with v = max(var, eps), of whose maximum the gradient knows nothing.
absl::StatusOr<Value> GaussianNll(Trace& trace, const LossTensors& tensors, const GaussianOptions& options) {
  ASSIGN_OR_RETURN(const Shape shape, VarianceShape(trace.spec(*tensors[0]).shape, trace.spec(*tensors[2]).shape));
  ASSIGN_OR_RETURN(const std::vector<Value> promoted, Promoted(trace, tensors));
  Formula f(trace);
  const Value variance = f.Apply<ClampDataOp>({.min = options.eps, .negative_error = "var has negative entry/entries"},
                                              {f.Reshape(promoted[2], shape)});
  const Value difference = f.Sub(promoted[0], promoted[1]);
  Value losses = f.Mul(f.Add(f.Log(variance), f.Div(f.Mul(difference, difference), variance)), 0.5);
  if (options.full) losses = f.Add(losses, 0.5 * std::log(2 * std::numbers::pi));
  ASSIGN_OR_RETURN(losses, f.Result(losses));
  return Reduce(trace, losses, options.reduction);
}

LossFormula ReadGaussianNll(AttributeReader& reader) {
  const GaussianOptions options{.full = reader.Bool("full", false),
                                .eps = reader.Float("eps", 1e-6),
                                .reduction = ReadReduction(reader, ReductionError::kNotValid)};
  return [options](Trace& trace, const LossTensors& tensors) { return GaussianNll(trace, tensors, options); };
}

constexpr absl::string_view kPoissonLayerInputs[] = {"log_input", "target"};
constexpr absl::string_view kPoissonOptions[] = {"log_input", "full", "size_average", "eps", "reduce", "reduction"};
constexpr absl::string_view kGaussianInputs[] = {"input", "target", "var"};
constexpr absl::string_view kGaussianOptions[] = {"full", "eps", "reduction"};

constexpr Loss kPoissonNll{.layer = "PoissonNLLLoss",
                           .function = "poisson_nll_loss",
                           .inputs = kInputAndTarget,
                           .options = kPoissonOptions,
                           .read = ReadPoissonNll,
                           .layer_inputs = kPoissonLayerInputs};
constexpr Loss kGaussianNll{.layer = "GaussianNLLLoss",
                            .function = "gaussian_nll_loss",
                            .inputs = kGaussianInputs,
                            .options = kGaussianOptions,
                            .read = ReadGaussianNll};

constexpr LayerInfo kLayers[] = {LossLayerInfo<kPoissonNll>(), LossLayerInfo<kGaussianNll>()};
constexpr Function kFunctions[] = {LossFunctionInfo<kPoissonNll>(), LossFunctionInfo<kGaussianNll>()};

}  // namespace

absl::Span<const LayerInfo> LikelihoodLossLayers() { return kLayers; }
absl::Span<const Function> LikelihoodLossFunctions() { return kFunctions; }

}  // namespace moduled::nn
