#include "nn/plan/backward_call.h"

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

SpecTree SpecsOf(const Datum& datum) {
  return MapLeaves<TensorSpec>(datum, [](const Tensor& tensor) { return tensor.spec(); });
}

BackwardSpec::Objective KindOf(Objective::Kind kind) {
  switch (kind) {
    case Objective::Kind::kGradOutputs:
      return BackwardSpec::Objective::kGradOutput;
    case Objective::Kind::kClassIndex:
      return BackwardSpec::Objective::kOneOutput;
    case Objective::Kind::kSum:
      return BackwardSpec::Objective::kSum;
    case Objective::Kind::kLoss:
      return BackwardSpec::Objective::kLoss;
    case Objective::Kind::kImplicit:
      break;
  }
  return BackwardSpec::Objective::kScalar;
}

// 1 at the class of each row, 0 elsewhere.
absl::StatusOr<Tensor> OneHot(const std::vector<int64_t>& classes, const TensorSpec& output) {
  const size_t rank = output.shape.rank();
  if (rank != 1 && rank != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("class_index: the output must be of shape [N, C] or [C] (got ", output.shape.ToString(), ")"));
  }
  const int64_t rows = rank == 2 ? output.shape[0] : 1;
  const int64_t columns = output.shape.At(-1);
  if (classes.size() != 1 && static_cast<int64_t>(classes.size()) != rows) {
    return absl::InvalidArgumentError(
        absl::StrCat("class_index: wrong number of classes (got ", classes.size(), ", want 1 or ", rows, ")"));
  }
  ASSIGN_OR_RETURN(Tensor one_hot, Tensor::Zeros({DType::kFloat64, output.shape}));
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t index = classes[classes.size() == 1 ? 0 : row];
    if (index < 0 || index >= columns) {
      return absl::InvalidArgumentError(absl::StrCat("class_index: index ", index, " is out of bounds for dimension ",
                                                     rank - 1, " with size ", columns));
    }
    one_hot.mutable_elements<double>()[row * columns + index] = 1;
  }
  return Convert(one_hot, output.dtype);
}

}  // namespace

BackwardSpec SpecOf(const BackwardCall& call) {
  BackwardSpec spec{.objective = KindOf(call.objective.kind),
                    .output = call.objective.output,
                    .loss = call.objective.loss,
                    .inputs = call.inputs,
                    .parameters = call.parameters};
  if (call.objective.kind == Objective::Kind::kGradOutputs) spec.grad_output = SpecsOf(call.objective.grad_output);
  for (const Datum& target : call.objective.targets) spec.targets.push_back(SpecsOf(target));
  return spec;
}

absl::StatusOr<std::vector<Tensor>> ObjectiveTensors(const Objective& objective, const Graph& graph) {
  std::vector<Tensor> tensors;
  const auto add = [&](const Tensor& tensor) { tensors.push_back(tensor); };
  if (objective.kind == Objective::Kind::kGradOutputs) ForEachLeaf(objective.grad_output, add);
  for (const Datum& target : objective.targets) ForEachLeaf(target, add);
  if (objective.kind == Objective::Kind::kClassIndex) {
    ASSIGN_OR_RETURN(Tensor one_hot, OneHot(objective.classes, graph.spec(graph.inputs.back())));
    tensors.push_back(std::move(one_hot));
  }
  return tensors;
}

BackwardResult UnpackBackward(const Datum& executed) {
  const std::vector<Datum>& parts = *executed.Items();
  BackwardResult result;
  result.output = parts[0];
  if (const Tensor* loss = parts[1].As<Tensor>()) result.loss = *loss;
  result.grad_args = *parts[2].Items();
  result.grad_kwargs = parts[3].As<Datum::Dict>()->entries;
  for (const auto& [name, gradient] : parts[4].As<Datum::Dict>()->entries) {
    const Tensor* tensor = gradient.As<Tensor>();
    result.grad_parameters.emplace_back(name, tensor == nullptr ? std::nullopt : std::optional<Tensor>(*tensor));
  }
  return result;
}

}  // namespace moduled::nn
