#include "proto/contract/codec/tensor_codec.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/attachments.h"

namespace moduled::contract {

static_assert(std::endian::native == std::endian::little, "the wire is little-endian and bytes are taken as they are");

absl::StatusOr<nn::DType> DecodeDType(v1::DType dtype, const Field& field) {
  switch (dtype) {
    case v1::FLOAT32:
      return nn::DType::kFloat32;
    case v1::FLOAT64:
      return nn::DType::kFloat64;
    case v1::FLOAT16:
      return nn::DType::kFloat16;
    case v1::BFLOAT16:
      return nn::DType::kBFloat16;
    case v1::INT64:
      return nn::DType::kInt64;
    case v1::INT32:
      return nn::DType::kInt32;
    case v1::INT8:
      return nn::DType::kInt8;
    case v1::UINT8:
      return nn::DType::kUInt8;
    case v1::BOOL:
      return nn::DType::kBool;
    case v1::DTYPE_UNSPECIFIED:
      return field.Invalid("not set (want FLOAT32, INT64, ...)");
    default:  // proto3 lets unknown numbers through.
      return field.Invalid(absl::StrCat("unknown type (got ", static_cast<int>(dtype), ")"));
  }
}

v1::DType EncodeDType(nn::DType dtype) {
  switch (dtype) {
    case nn::DType::kFloat32:
      return v1::FLOAT32;
    case nn::DType::kFloat64:
      return v1::FLOAT64;
    case nn::DType::kFloat16:
      return v1::FLOAT16;
    case nn::DType::kBFloat16:
      return v1::BFLOAT16;
    case nn::DType::kInt64:
      return v1::INT64;
    case nn::DType::kInt32:
      return v1::INT32;
    case nn::DType::kInt8:
      return v1::INT8;
    case nn::DType::kUInt8:
      return v1::UINT8;
    case nn::DType::kBool:
      return v1::BOOL;
  }
  return v1::DTYPE_UNSPECIFIED;
}

namespace {

// Tensor and TensorSpec have the same two fields.
template <class Message>
absl::StatusOr<nn::TensorSpec> DecodeSpec(const Message& message, const Field& field) {
  nn::TensorSpec spec;
  ASSIGN_OR_RETURN(spec.dtype, DecodeDType(message.dtype(), Field(field, "dtype")));
  // Before the extents are copied, and before a text is made of them.
  if (static_cast<size_t>(message.shape_size()) > nn::Shape::kMaxRank) {
    return Field(field, "shape")
        .Invalid(
            absl::StrCat("too many axes (got ", message.shape_size(), ", want at most ", nn::Shape::kMaxRank, ")"));
  }
  spec.shape = nn::Shape(absl::MakeConstSpan(message.shape().data(), message.shape_size()));
  if (const absl::Status status = spec.Check(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(field.ToString(), ".", status.message()));
  }
  return spec;
}

template <class Message>
void EncodeSpec(const nn::TensorSpec& spec, Message& message) {
  message.set_dtype(EncodeDType(spec.dtype));
  message.mutable_shape()->Assign(spec.shape.begin(), spec.shape.end());
}

absl::Status CheckSize(size_t bytes, const nn::TensorSpec& spec, const Field& data) {
  if (bytes == spec.byte_size()) return absl::OkStatus();
  return data.Invalid(
      absl::StrCat("wrong number of bytes for ", spec.ToString(), " (got ", bytes, ", want ", spec.byte_size(), ")"));
}

absl::StatusOr<nn::Tensor> DecodePieces(const nn::TensorSpec& spec, const absl::Cord& bytes, const Field& data) {
  RETURN_IF_ERROR(CheckSize(bytes.size(), spec, data));
  for (const absl::string_view piece : bytes.Chunks()) RETURN_IF_ERROR(CheckElements(spec.dtype, piece, data));
  return nn::Tensor::FromPieces(spec, bytes);
}

}  // namespace

absl::StatusOr<nn::TensorSpec> DecodeTensorSpec(const v1::TensorSpec& message, const Field& field) {
  return DecodeSpec(message, field);
}

void EncodeTensorSpec(const nn::TensorSpec& spec, v1::TensorSpec& message) { EncodeSpec(spec, message); }

absl::StatusOr<nn::Tensor> DecodeTensor(v1::Tensor&& message, const Field& field,
                                        const ReceivedAttachments* attachments) {
  ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeSpec(message, field));
  const Field data(field, "data");
  const std::optional<uint64_t> mark = attachments == nullptr ? std::nullopt : MarkOf(message);
  if (mark.has_value() && *mark < attachments->size()) return DecodePieces(spec, (*attachments)[*mark], data);
  RETURN_IF_ERROR(CheckSize(message.data().size(), spec, data));
  RETURN_IF_ERROR(CheckElements(spec.dtype, message.data(), data));
  return nn::Tensor::FromBytes(std::move(spec), std::move(*message.mutable_data()));
}

void EncodeTensor(const nn::Tensor& tensor, v1::Tensor& message, SentAttachments* attachments) {
  EncodeSpec(tensor.spec(), message);
  if (attachments != nullptr && tensor.byte_size() >= kLeastAttachedBytes) {
    Mark(message, attachments->size());
    attachments->push_back(tensor);
  } else {
    message.set_data(tensor.data(), tensor.byte_size());
  }
}

absl::Status CheckElements(nn::DType dtype, absl::string_view bytes, const Field& field) {
  if (dtype != nn::DType::kBool) return absl::OkStatus();
  const auto bad = std::find_if(bytes.begin(), bytes.end(), [](char c) { return c != 0 && c != 1; });
  if (bad == bytes.end()) return absl::OkStatus();
  return field.Invalid(absl::StrCat("a bool is 0 or 1 (got ", static_cast<int>(static_cast<unsigned char>(*bad)),
                                    " at byte ", bad - bytes.begin(), ")"));
}

}  // namespace moduled::contract
