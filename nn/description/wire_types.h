// moduled/v1/tensor.proto -> nn/tensor, for what descriptions carry, and back.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "moduled/v1/tensor.pb.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// `field: problem`, as INVALID_ARGUMENT.
absl::Status FieldError(absl::string_view field, absl::string_view problem);

// The status with `field: ` in front, always INVALID_ARGUMENT unless memory ran out.
absl::Status InField(absl::string_view field, const absl::Status& status);

// Refuses fields that this version does not know: what they say would be lost without a word.
absl::Status CheckKnownFields(const google::protobuf::Message& message);

absl::StatusOr<DType> ReadDType(int dtype);
v1::DType WriteDType(DType dtype);

absl::StatusOr<TensorSpec> ReadTensorSpec(const v1::TensorSpec& message);
void WriteTensorSpec(const TensorSpec& spec, v1::TensorSpec& message);

absl::StatusOr<Tensor> ReadTensor(const v1::Tensor& message);
void WriteTensor(const Tensor& tensor, v1::Tensor& message);

}  // namespace moduled::nn
