// The elements of a tensor, whatever their type.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/tensor.h"

namespace moduled::server {

// The same tensor, as float32 if its elements are 16-bit floats.
inline absl::StatusOr<nn::Tensor> Widened(const nn::Tensor& tensor) {
  const bool is_narrow = tensor.dtype() == nn::DType::kFloat16 || tensor.dtype() == nn::DType::kBFloat16;
  return nn::Convert(tensor, is_narrow ? nn::DType::kFloat32 : tensor.dtype());
}

// Calls visit(const T*) with T the element type, uint8_t for bool. Requires elements that are no 16-bit floats.
template <class Visit>
void VisitElements(const nn::Tensor& tensor, Visit visit) {
  switch (tensor.dtype()) {
    case nn::DType::kFloat32:
      return visit(static_cast<const float*>(tensor.data()));
    case nn::DType::kFloat64:
      return visit(static_cast<const double*>(tensor.data()));
    case nn::DType::kInt64:
      return visit(static_cast<const int64_t*>(tensor.data()));
    case nn::DType::kInt32:
      return visit(static_cast<const int32_t*>(tensor.data()));
    case nn::DType::kInt8:
      return visit(static_cast<const int8_t*>(tensor.data()));
    case nn::DType::kUInt8:
    case nn::DType::kBool:
      return visit(static_cast<const uint8_t*>(tensor.data()));
    case nn::DType::kFloat16:
    case nn::DType::kBFloat16:
      break;
  }
}

}  // namespace moduled::server
