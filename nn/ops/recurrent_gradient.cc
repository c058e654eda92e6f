// The gradient of recurrent: back through the steps, then one product over all of them for each weight.
#include <vector>

#include "nn/ops/gradients.h"
#include "nn/ops/matmul.h"
#include "nn/ops/permute.h"
#include "nn/ops/recurrent.h"
#include "nn/ops/recurrent_backward.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// a^T b.
absl::StatusOr<Value> ProductOverRows(GradientScope& scope, Value a, Value b) {
  ASSIGN_OR_RETURN(const Value transposed, scope.Apply<PermuteOp>({.axes = {1, 0}}, {a}));
  return scope.Apply<MatmulOp>({}, {transposed, b});
}

absl::StatusOr<std::vector<Value>> BackThroughTheSteps(const RecurrentAttrs& attrs, GradientScope& scope) {
  std::vector<Value> inputs;
  for (size_t i = 0; i < (attrs.lstm() ? 3 : 2); ++i) {
    ASSIGN_OR_RETURN(const Value gradient, scope.GradOrZeros(i));
    inputs.push_back(gradient);
  }
  inputs.push_back(scope.out(0));
  if (attrs.gru()) inputs.push_back(scope.out(2));
  if (attrs.lstm()) inputs.insert(inputs.end(), {scope.out(3), scope.out(4)});
  inputs.push_back(scope.in(RecurrentAttrs::kH0));
  if (attrs.lstm()) inputs.push_back(scope.in(RecurrentAttrs::kC0));
  inputs.push_back(scope.in(attrs.w_hh()));
  if (attrs.projected) inputs.push_back(scope.in(attrs.w_hr()));
  if (attrs.packed) inputs.push_back(scope.in(attrs.batch_sizes()));
  return scope.Apply(Op::Of<RecurrentBackwardOp>(attrs), inputs);
}

}  // namespace

absl::Status RecurrentOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  ASSIGN_OR_RETURN(const std::vector<Value> back, BackThroughTheSteps(attrs, scope));
  size_t next = 0;
  const Value gates = back[next++];
  const Value state_gates = attrs.gru() ? back[next++] : gates;
  RETURN_IF_ERROR(scope.Set(Attrs::kGates, gates));
  RETURN_IF_ERROR(scope.Set(Attrs::kH0, back[next++]));
  if (attrs.lstm()) RETURN_IF_ERROR(scope.Set(Attrs::kC0, back[next++]));
  const Value h_before = back[next++];
  if (scope.wants(attrs.w_hh())) {
    RETURN_IF_ERROR(scope.Set(attrs.w_hh(), ProductOverRows(scope, state_gates, h_before)));
  }
  if (attrs.bias && scope.wants(attrs.b_hh())) {
    RETURN_IF_ERROR(scope.Set(attrs.b_hh(), scope.Apply<SumOp>({.axes = {0}}, {state_gates})));
  }
  if (attrs.projected && scope.wants(attrs.w_hr())) {
    RETURN_IF_ERROR(scope.Set(attrs.w_hr(), ProductOverRows(scope, back[next + 1], back[next])));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
