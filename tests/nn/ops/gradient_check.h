// Holds an operator's gradient against finite differences.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

#include "nn/graph/gradient.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

struct GradientCheck {
  // The inputs that are held constant. Inputs of integers and bools always are.
  std::vector<size_t> constant = {};
  // The outputs that a loss may use are the first ones: others have no gradient.
  size_t outputs = SIZE_MAX;
  double step = 1e-5;
  double tolerance = 1e-6;  // Relative to the gradient's size, and absolute below 1.
};

namespace gradient_check {

// All values of a graph, computed node by node.
class Evaluation {
 public:
  Evaluation(const Graph& graph, const std::vector<Tensor>& inputs) : graph_(graph), tensors_(graph.values.size()) {
    for (size_t i = 0; i < graph.inputs.size(); ++i) tensors_[graph.inputs[i].id] = inputs[i];
    for (size_t id = 0; id < graph.values.size(); ++id) {
      const ValueInfo& info = graph.values[id];
      if (info.source == ValueSource::kConstant) tensors_[id] = graph.constants[info.index].tensor;
    }
  }

  absl::Status RunNodes(size_t begin, size_t end) {
    for (size_t n = begin; n < end; ++n) RETURN_IF_ERROR(RunNode(graph_.nodes[n]));
    return absl::OkStatus();
  }

  const Tensor& operator[](Value value) const { return tensors_[value.id]; }

 private:
  absl::Status RunNode(const Node& node) {
    if (node.op.traits().view) {
      ASSIGN_OR_RETURN(tensors_[node.outputs[0].id],
                       tensors_[node.inputs[0].id].Reshape(graph_.spec(node.outputs[0]).shape));
      return absl::OkStatus();
    }
    std::vector<TensorSpec> in_specs, out_specs;
    std::vector<const void*> in;
    std::vector<void*> out;
    for (const Value value : node.inputs) {
      in_specs.push_back(graph_.spec(value));
      in.push_back(tensors_[value.id].data());
    }
    for (const Value value : node.outputs) {
      out_specs.push_back(graph_.spec(value));
      ASSIGN_OR_RETURN(tensors_[value.id], Tensor::Allocate(out_specs.back()));
      out.push_back(tensors_[value.id].mutable_data());
    }
    const std::vector<const KnownInput*> constants(in.size(), nullptr);
    ASSIGN_OR_RETURN(const std::unique_ptr<Kernel> kernel, node.op.MakeKernel({in_specs, out_specs, constants}));
    ASSIGN_OR_RETURN(Tensor scratch,
                     Tensor::Allocate({DType::kUInt8, {static_cast<int64_t>(kernel->scratch_bytes())}}));
    return kernel->Run({in, out, scratch.mutable_data()});
  }

  const Graph& graph_;
  std::vector<Tensor> tensors_;
};

inline Tensor Copy(const Tensor& tensor) {
  Tensor copy = *Tensor::Allocate(tensor.spec());
  std::memcpy(copy.mutable_data(), tensor.data(), tensor.byte_size());
  return copy;
}

// Numbers that are far from each other's multiples, so that mixed-up elements show.
inline Tensor Weights(const TensorSpec& spec) {
  Tensor weights = *Tensor::Allocate(spec);
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  for (double& weight : weights.mutable_elements<double>()) weight = uniform(engine);
  return weights;
}

}  // namespace gradient_check

// The gradients of an operator's inputs for given gradients of its outputs (one for each; float64 outputs only are
// looked at). Absent where none passes.
inline absl::StatusOr<std::vector<std::optional<Tensor>>> GradientsOf(const Op& op, const std::vector<Tensor>& inputs,
                                                                      const std::vector<Tensor>& output_gradients,
                                                                      const std::vector<bool>& wanted) {
  GraphBuilder builder;
  std::vector<Value> in;
  for (const Tensor& input : inputs) in.push_back(builder.AddInput(input.spec()));
  ASSIGN_OR_RETURN(const std::vector<Value> out, builder.Apply(op, in));
  std::vector<Tensor> tensors = inputs;
  std::vector<std::optional<Value>> gradients(out.size());
  for (size_t i = 0; i < out.size(); ++i) {
    if (!IsFloatingPoint(builder.spec(out[i]).dtype)) continue;
    gradients[i] = builder.AddInput(builder.spec(out[i]));
    tensors.push_back(output_gradients[i]);
  }
  const Node node = builder.graph().nodes[0];
  GradientScope scope(builder, node, gradients, wanted);
  RETURN_IF_ERROR(op.Gradient(scope));
  gradient_check::Evaluation evaluation(builder.graph(), tensors);
  RETURN_IF_ERROR(evaluation.RunNodes(0, builder.graph().nodes.size()));
  std::vector<std::optional<Tensor>> result(in.size());
  for (size_t i = 0; i < in.size(); ++i) {
    if (scope.input_gradients()[i].has_value()) result[i] = evaluation[*scope.input_gradients()[i]];
  }
  return result;
}

// The operator's outputs.
inline absl::StatusOr<std::vector<Tensor>> OutputsOf(const Op& op, const std::vector<Tensor>& inputs) {
  GraphBuilder builder;
  std::vector<Value> in;
  for (const Tensor& input : inputs) in.push_back(builder.AddInput(input.spec()));
  ASSIGN_OR_RETURN(const std::vector<Value> out, builder.Apply(op, in));
  gradient_check::Evaluation evaluation(builder.graph(), inputs);
  RETURN_IF_ERROR(evaluation.RunNodes(0, builder.graph().nodes.size()));
  std::vector<Tensor> result;
  for (const Value value : out) result.push_back(evaluation[value]);
  return result;
}

// Expects that the gradient of a weighted sum of the (float64) outputs is what central differences say, for every
// element of every float64 input that is not held constant. Inputs must keep away from kinks by more than the step.
inline void ExpectGradientMatchesDifferences(const Op& op, const std::vector<Tensor>& inputs,
                                             const GradientCheck& check = {}) {
  ASSERT_TRUE(op.differentiable()) << op.name();
  const absl::StatusOr<std::vector<Tensor>> outputs = OutputsOf(op, inputs);
  ASSERT_EQ(outputs.status(), absl::OkStatus()) << op.name();
  std::vector<Tensor> weights;
  for (const Tensor& output : *outputs) {
    weights.push_back(output.dtype() == DType::kFloat64 ? gradient_check::Weights(output.spec()) : Tensor());
    if (weights.size() > check.outputs) weights.back() = *Tensor::Zeros(output.spec());
  }
  const auto loss = [&](const std::vector<Tensor>& at) {
    const std::vector<Tensor> values = *OutputsOf(op, at);
    double sum = 0;
    for (size_t o = 0; o < values.size(); ++o) {
      if (values[o].dtype() != DType::kFloat64) continue;
      for (int64_t i = 0; i < values[o].numel(); ++i) {
        sum += values[o].elements<double>()[i] * weights[o].elements<double>()[i];
      }
    }
    return sum;
  };

  std::vector<bool> wanted;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool constant = std::find(check.constant.begin(), check.constant.end(), i) != check.constant.end();
    wanted.push_back(inputs[i].dtype() == DType::kFloat64 && !constant);
  }
  const auto gradients = GradientsOf(op, inputs, weights, wanted);
  ASSERT_EQ(gradients.status(), absl::OkStatus()) << op.name();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!wanted[i]) continue;
    ASSERT_TRUE((*gradients)[i].has_value()) << op.name() << ": no gradient of input " << i;
    std::vector<Tensor> moved = inputs;
    for (int64_t e = 0; e < inputs[i].numel(); ++e) {
      const double x = inputs[i].elements<double>()[e];
      moved[i] = gradient_check::Copy(inputs[i]);
      moved[i].mutable_elements<double>()[e] = x + check.step;
      const double above = loss(moved);
      moved[i].mutable_elements<double>()[e] = x - check.step;
      const double below = loss(moved);
      const double want = (above - below) / (2 * check.step);
      const double got = (*gradients)[i]->elements<double>()[e];
      EXPECT_NEAR(got, want, check.tolerance * std::max(1.0, std::abs(want)))
          << op.name() << ": input " << i << ", element " << e;
    }
  }
}

// The same for an operator by type.
template <DifferentiableOperator T>
void ExpectGradient(const typename T::Attrs& attrs, const std::vector<Tensor>& inputs,
                    const GradientCheck& check = {}) {
  ExpectGradientMatchesDifferences(Op::Of<T>(attrs), inputs, check);
}

}  // namespace moduled::nn
