// What the gradient of an operator is written with.
//
// A gradient is written in operators too: it reads the forward's values and the gradients of the outputs, applies
// operators to them, and sets the gradients of the inputs that are wanted:
//
//   absl::Status MulOp::Gradient(const Attrs&, GradientScope& scope) {
//     if (scope.wants(0)) {
//       ASSIGN_OR_RETURN(const Value gradient, scope.Apply<MulOp>({}, {scope.grad(), scope.in(1)}));
//       RETURN_IF_ERROR(scope.Set(0, gradient));
//     }
//     …
//
// Values of the forward that a gradient reads live until the backward pass has read them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/graph/graph_builder.h"

namespace moduled::nn {

class GradientScope {
 public:
  // One of `gradients` for each output of the node, nullopt where none reached it; at least one is there. One of
  // `wanted` for each input.
  GradientScope(GraphBuilder& builder, const Node& node, std::vector<std::optional<Value>> gradients,
                std::vector<bool> wanted);

  size_t in_count() const { return inputs_.size(); }
  // What the operator was applied to, and its results.
  Value in(size_t i) const { return inputs_[i]; }
  Value out(size_t i = 0) const { return outputs_[i]; }

  // Whether the gradient of input i is needed. Never for inputs of integers and bools.
  bool wants(size_t i) const { return i < wanted_.size() && wanted_[i]; }

  // The gradient of output i, of the output's type. Requires has_grad(i), which an operator with one output may take
  // for granted: where no gradient reached any output, nobody asks for the inputs'.
  bool has_grad(size_t i) const { return gradients_[i].has_value(); }
  Value grad(size_t i = 0) const { return *gradients_[i]; }
  // The same, zero where none reached it.
  absl::StatusOr<Value> GradOrZeros(size_t i);

  // Applies an operator with one output, or any operator.
  template <Operator T>
  absl::StatusOr<Value> Apply(typename T::Attrs attrs, std::initializer_list<Value> inputs) {
    return builder_.Apply<T>(std::move(attrs), inputs);
  }
  template <Operator T>
  absl::StatusOr<Value> Apply(typename T::Attrs attrs, absl::Span<const Value> inputs) {
    return builder_.Apply<T>(std::move(attrs), inputs);
  }
  absl::StatusOr<std::vector<Value>> Apply(Op op, absl::Span<const Value> inputs) {
    return builder_.Apply(std::move(op), inputs);
  }

  // By value: what the builder holds moves when an operator is applied.
  TensorSpec spec(Value value) const { return builder_.spec(value); }

  // A constant of rank 0, which broadcasts; and a constant of zeros.
  absl::StatusOr<Value> Scalar(double value, DType dtype);
  absl::StatusOr<Value> Zeros(const TensorSpec& spec);

  // The gradient of input i, as Apply answered it; of the input's type. Through an input that is wanted and not set, no
  // gradient passes. Nothing happens for inputs that are not wanted.
  absl::Status Set(size_t i, absl::StatusOr<Value> gradient);

  // What was set, by input.
  const std::vector<std::optional<Value>>& input_gradients() const { return input_gradients_; }

 private:
  GraphBuilder& builder_;
  const std::vector<Value> inputs_;
  const std::vector<Value> outputs_;
  std::vector<std::optional<Value>> gradients_;
  const std::vector<bool> wanted_;
  std::vector<std::optional<Value>> input_gradients_;
};

}  // namespace moduled::nn
