#include "nn/graph/gradient.h"

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

GradientScope::GradientScope(GraphBuilder& builder, const Node& node, std::vector<std::optional<Value>> gradients,
                             std::vector<bool> wanted)
    : builder_(builder),
      inputs_(node.inputs),
      outputs_(node.outputs),
      gradients_(std::move(gradients)),
      wanted_(std::move(wanted)),
      input_gradients_(inputs_.size()) {}

absl::StatusOr<Value> GradientScope::GradOrZeros(size_t i) {
  if (gradients_[i].has_value()) return *gradients_[i];
  return Zeros(spec(outputs_[i]));
}

absl::StatusOr<Value> GradientScope::Scalar(double value, DType dtype) {
  ASSIGN_OR_RETURN(Tensor scalar, Convert(Tensor::Scalar<double>(value), dtype));
  return builder_.AddConstant(std::move(scalar));
}

absl::StatusOr<Value> GradientScope::Zeros(const TensorSpec& spec) {
  ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(spec));
  return builder_.AddConstant(std::move(zeros));
}

absl::Status GradientScope::Set(size_t i, absl::StatusOr<Value> gradient) {
  RETURN_IF_ERROR(gradient.status());
  if (!wants(i)) return absl::OkStatus();
  if (!(spec(*gradient) == spec(inputs_[i]))) {
    return absl::InternalError(absl::StrCat("the gradient of input ", i, " has the wrong type (got ",
                                            spec(*gradient).ToString(), ", want ", spec(inputs_[i]).ToString(), ")"));
  }
  input_gradients_[i] = *gradient;
  return absl::OkStatus();
}

}  // namespace moduled::nn
