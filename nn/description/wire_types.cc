#include "nn/description/wire_types.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

struct DTypePair {
  v1::DType wire;
  DType dtype;
};
constexpr DTypePair kDTypes[] = {
    {v1::FLOAT32, DType::kFloat32},   {v1::FLOAT64, DType::kFloat64}, {v1::FLOAT16, DType::kFloat16},
    {v1::BFLOAT16, DType::kBFloat16}, {v1::INT64, DType::kInt64},     {v1::INT32, DType::kInt32},
    {v1::INT8, DType::kInt8},         {v1::UINT8, DType::kUInt8},     {v1::BOOL, DType::kBool},
};

}  // namespace

absl::Status FieldError(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", problem));
}

absl::Status InField(absl::string_view field, const absl::Status& status) {
  const bool out_of_memory = status.code() == absl::StatusCode::kResourceExhausted;
  return absl::Status(out_of_memory ? status.code() : absl::StatusCode::kInvalidArgument,
                      absl::StrCat(field, ": ", status.message()));
}

absl::Status CheckKnownFields(const google::protobuf::Message& message) {
  const google::protobuf::UnknownFieldSet& unknown = message.GetReflection()->GetUnknownFields(message);
  if (unknown.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("unknown field number ", unknown.field(0).number(), " in ", message.GetDescriptor()->name()));
}

absl::StatusOr<DType> ReadDType(int dtype) {
  for (const DTypePair& pair : kDTypes) {
    if (pair.wire == dtype) return pair.dtype;
  }
  return absl::InvalidArgumentError(absl::StrCat("no element type (got number ", dtype, ")"));
}

v1::DType WriteDType(DType dtype) {
  const auto* pair = std::find_if(std::begin(kDTypes), std::end(kDTypes),
                                  [&](const DTypePair& candidate) { return candidate.dtype == dtype; });
  return pair->wire;  // The table holds every DType.
}

absl::StatusOr<TensorSpec> ReadTensorSpec(const v1::TensorSpec& message) {
  RETURN_IF_ERROR(CheckKnownFields(message));
  TensorSpec spec;
  ASSIGN_OR_RETURN(spec.dtype, ReadDType(message.dtype()));
  spec.shape = Shape(absl::MakeConstSpan(message.shape()));
  RETURN_IF_ERROR(spec.Check());
  return spec;
}

void WriteTensorSpec(const TensorSpec& spec, v1::TensorSpec& message) {
  message.set_dtype(WriteDType(spec.dtype));
  message.mutable_shape()->Assign(spec.shape.begin(), spec.shape.end());
}

absl::StatusOr<Tensor> ReadTensor(const v1::Tensor& message) {
  RETURN_IF_ERROR(CheckKnownFields(message));
  TensorSpec spec;
  ASSIGN_OR_RETURN(spec.dtype, ReadDType(message.dtype()));
  spec.shape = Shape(absl::MakeConstSpan(message.shape()));
  const std::string& data = message.data();
  if (spec.dtype == DType::kBool && std::any_of(data.begin(), data.end(), [](char byte) { return byte & ~1; })) {
    return FieldError("data", "a bool is a byte of 0 or 1");
  }
  return Tensor::FromBytes(std::move(spec), data);
}

void WriteTensor(const Tensor& tensor, v1::Tensor& message) {
  message.set_dtype(WriteDType(tensor.dtype()));
  message.mutable_shape()->Assign(tensor.shape().begin(), tensor.shape().end());
  message.set_data(tensor.data(), tensor.byte_size());
}

}  // namespace moduled::nn
