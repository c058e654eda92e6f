#include "nn/layers/in_projection.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/ops/linear.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

std::optional<Value> Find(Trace& trace, const Module& module, absl::string_view name) {
  const std::shared_ptr<Parameter>* parameter = module.parameter_slots().Find(name);
  if (parameter == nullptr || *parameter == nullptr) return std::nullopt;
  return trace.Use(**parameter);
}

// The index-th third of an axis.
absl::StatusOr<Value> Third(Trace& trace, Value value, int64_t axis, int64_t index, int64_t length) {
  return trace.Apply<SliceOp>({.axis = axis, .start = index * length, .length = length}, {value});
}

absl::StatusOr<Value> Linear(Trace& trace, Value x, Value weight, std::optional<Value> bias) {
  std::vector<Value> inputs = {x, weight};
  if (bias.has_value()) inputs.push_back(*bias);
  return trace.Apply<LinearOp>({}, inputs);
}

}  // namespace

absl::StatusOr<std::optional<Value>> ProjectTogether(Trace& trace, const Module& module, const Qkv& inputs) {
  const std::optional<Value> weight = Find(trace, module, "in_proj_weight");
  if (!weight.has_value() || inputs.q != inputs.k || inputs.k != inputs.v) return std::optional<Value>();
  ASSIGN_OR_RETURN(const Value all, Linear(trace, inputs.q, *weight, Find(trace, module, "in_proj_bias")));
  return std::optional<Value>(all);
}

absl::StatusOr<Qkv> Thirds(Trace& trace, Value together, int64_t embed_dim) {
  Qkv qkv;
  int64_t index = 0;
  for (Value* third : {&qkv.q, &qkv.k, &qkv.v}) {
    ASSIGN_OR_RETURN(*third, Third(trace, together, 2, index++, embed_dim));
  }
  return qkv;
}

absl::StatusOr<Qkv> ProjectApart(Trace& trace, const Module& module, int64_t embed_dim, const Qkv& inputs) {
  const std::optional<Value> weight = Find(trace, module, "in_proj_weight");
  const std::optional<Value> bias = Find(trace, module, "in_proj_bias");
  const Value in[] = {inputs.q, inputs.k, inputs.v};
  Value out[3];
  constexpr absl::string_view kNames[] = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
  for (int64_t i = 0; i < 3; ++i) {
    std::optional<Value> part = Find(trace, module, kNames[i]);
    std::optional<Value> part_bias;
    if (weight.has_value()) {
      ASSIGN_OR_RETURN(part, Third(trace, *weight, 0, i, embed_dim));
    }
    if (bias.has_value()) {
      ASSIGN_OR_RETURN(part_bias, Third(trace, *bias, 0, i, embed_dim));
    }
    if (!part.has_value()) return absl::InvalidArgumentError(absl::StrCat(kNames[i], " is None"));
    ASSIGN_OR_RETURN(out[i], Linear(trace, in[i], *part, part_bias));
  }
  return Qkv{out[0], out[1], out[2]};
}

}  // namespace moduled::nn
