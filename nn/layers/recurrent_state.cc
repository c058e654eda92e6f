#include "nn/layers/recurrent_state.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/expand.h"
#include "nn/ops/linear.h"
#include "nn/ops/recurrent.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Adds the parameter of that name, if the layer has it.
bool UseIfThere(Trace& trace, const Module& layer, const std::string& name, std::vector<Value>& inputs) {
  const std::shared_ptr<Parameter>* parameter = layer.parameter_slots().Find(name);
  if (parameter == nullptr || *parameter == nullptr) return false;
  inputs.push_back(trace.Use(**parameter));
  return true;
}

}  // namespace

absl::Status AddRecurrentState(InitContext& context, Layer& layer, const RecurrentAttrs& attrs,
                               const RecurrentExtents& extents, const std::string& suffix, bool cell) {
  int64_t gates = 0;
  if (__builtin_mul_overflow(attrs.gates(), extents.hidden, &gates)) {
    return absl::InvalidArgumentError(absl::StrCat("hidden_size: too large (got ", extents.hidden, ")"));
  }
  const double bound = 1 / std::sqrt(static_cast<double>(extents.hidden));
  const init::Initialiser uniform = init::Uniform(-bound, bound);
  RETURN_IF_ERROR(layer.AddParameter(context, "weight_ih" + suffix, {gates, extents.input}, uniform));
  RETURN_IF_ERROR(layer.AddParameter(context, "weight_hh" + suffix, {gates, extents.width()}, uniform));
  for (const std::string name : {"bias_ih", "bias_hh"}) {
    if (attrs.bias) RETURN_IF_ERROR(layer.AddParameter(context, name + suffix, {gates}, uniform));
    if (!attrs.bias && cell) RETURN_IF_ERROR(layer.RegisterParameter(name + suffix, nullptr));
  }
  if (!attrs.projected) return absl::OkStatus();
  return layer.AddParameter(context, "weight_hr" + suffix, {extents.projection, extents.hidden}, uniform);
}

absl::StatusOr<RecurrentResult> RunRecurrent(Trace& trace, const Module& layer, const RecurrentAttrs& attrs,
                                             const std::string& suffix, Value rows, const std::vector<Value>& states,
                                             std::optional<Value> batch_sizes) {
  std::vector<Value> projection = {rows};
  UseIfThere(trace, layer, "weight_ih" + suffix, projection);
  UseIfThere(trace, layer, "bias_ih" + suffix, projection);
  ASSIGN_OR_RETURN(const Value gates, trace.Apply<LinearOp>({}, projection));
  std::vector<Value> inputs = {gates};
  inputs.insert(inputs.end(), states.begin(), states.end());
  UseIfThere(trace, layer, "weight_hh" + suffix, inputs);
  UseIfThere(trace, layer, "bias_hh" + suffix, inputs);
  UseIfThere(trace, layer, "weight_hr" + suffix, inputs);
  if (batch_sizes.has_value()) inputs.push_back(*batch_sizes);
  ASSIGN_OR_RETURN(const std::vector<Value> results, trace.Apply(Op::Of<RecurrentOp>(attrs), inputs));
  RecurrentResult result{results[0], {results[1]}};
  if (attrs.lstm()) result.states.push_back(results[2]);
  return result;
}

absl::StatusOr<Value> ZeroState(Trace& trace, Value like, Shape shape) {
  ASSIGN_OR_RETURN(Tensor zero, Tensor::Zeros({trace.spec(like).dtype, {}}));
  return trace.Apply<ExpandOp>({.shape = std::move(shape)}, {trace.Constant(std::move(zero))});
}

}  // namespace moduled::nn
