// Changing the state of a layer as a whole. Tensors are shared by reference: what changes becomes another tensor.
#include <utility>

#include "nn/layers/layer.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Cast(Tensor& tensor, DType dtype) {
  if (!IsFloatingPoint(tensor.dtype())) return absl::OkStatus();
  ASSIGN_OR_RETURN(tensor, Convert(tensor, dtype));
  return absl::OkStatus();
}

absl::Status Refill(Tensor& tensor, const init::Initialiser& initialiser, Generator& generator) {
  ASSIGN_OR_RETURN(Tensor fresh, Tensor::Zeros(tensor.spec()));
  initialiser(fresh, generator);
  tensor = std::move(fresh);
  return absl::OkStatus();
}

}  // namespace

absl::Status Layer::CastState(DType dtype) {
  for (const auto& [name, parameter] : parameter_slots()) {
    if (parameter != nullptr) RETURN_IF_ERROR(Cast(parameter->data, dtype));
  }
  for (const auto& [name, buffer] : buffer_slots()) {
    if (buffer != nullptr) RETURN_IF_ERROR(Cast(buffer->data, dtype));
  }
  dtype_ = dtype;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Layer::ResetParameters(Generator& generator) {
  std::vector<std::string> names;
  for (const auto& [name, initialiser] : initialisers_) {
    const std::shared_ptr<Parameter>* parameter = parameter_slots().Find(name);
    const std::shared_ptr<Buffer>* buffer = buffer_slots().Find(name);
    if (parameter != nullptr && *parameter != nullptr) {
      RETURN_IF_ERROR(Refill((*parameter)->data, initialiser, generator));
    } else if (buffer != nullptr && *buffer != nullptr) {
      RETURN_IF_ERROR(Refill((*buffer)->data, initialiser, generator));
    } else {
      continue;
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace moduled::nn
