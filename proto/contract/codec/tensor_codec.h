// moduled/v1/tensor.proto <-> nn/tensor.
//
// Decoding trusts nothing: types, extents and byte counts are checked before they are used. It takes messages over:
// a tensor's bytes move out of the message, they are not copied.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "moduled/v1/tensor.pb.h"
#include "nn/tensor/datum.h"
#include "proto/contract/codec/field.h"

namespace moduled::contract {

// Lists, tuples and dicts inside each other. Well below protobuf's own limit of 100 messages.
inline constexpr int kMaxValueDepth = 32;
// Values in one message, nested ones too: two bytes on the wire become a hundred in memory.
inline constexpr size_t kMaxValues = size_t{1} << 16;

absl::StatusOr<nn::DType> DecodeDType(v1::DType dtype, const Field& field);
v1::DType EncodeDType(nn::DType dtype);

absl::StatusOr<nn::TensorSpec> DecodeTensorSpec(const v1::TensorSpec& message, const Field& field);
void EncodeTensorSpec(const nn::TensorSpec& spec, v1::TensorSpec& message);

// The bytes that were detached from the message (attachments.h), by their marks. The tensors that they become need not
// be flat.
using ReceivedAttachments = std::vector<absl::Cord>;
absl::StatusOr<nn::Tensor> DecodeTensor(v1::Tensor&& message, const Field& field,
                                        const ReceivedAttachments* attachments = nullptr);

// With `attachments`, large tensors are added to them, and leave a mark in the message.
using SentAttachments = std::vector<nn::Tensor>;
void EncodeTensor(const nn::Tensor& tensor, v1::Tensor& message, SentAttachments* attachments = nullptr);

// Refuses bytes other than 0 and 1 for bool: reading them as C++ would be undefined.
absl::Status CheckElements(nn::DType dtype, absl::string_view bytes, const Field& field);

// The values of one message share a budget.
class ValueDecoder {
 public:
  explicit ValueDecoder(const ReceivedAttachments* attachments = nullptr) : attachments_(attachments) {}

  absl::StatusOr<nn::Datum> Decode(v1::Value&& message, const Field& field) { return Decode(message, field, 0); }
  absl::StatusOr<std::vector<nn::Datum>> Decode(google::protobuf::RepeatedPtrField<v1::Value>&& messages,
                                                const char* field);
  absl::StatusOr<std::vector<std::pair<std::string, nn::Datum>>> Decode(v1::ValueDict&& message, const Field& field) {
    return DecodeEntries(message, field, 0);
  }

 private:
  absl::StatusOr<nn::Datum> Decode(v1::Value& message, const Field& field, int depth);
  absl::StatusOr<std::vector<nn::Datum>> DecodeItems(v1::ValueList& message, const Field& field, int depth);
  absl::StatusOr<std::vector<std::pair<std::string, nn::Datum>>> DecodeEntries(v1::ValueDict& message,
                                                                               const Field& field, int depth);
  absl::Status Spend(size_t values, const Field& field);

  const ReceivedAttachments* const attachments_;
  size_t budget_ = kMaxValues;
};

// UNIMPLEMENTED for slices and `...`, which have no place on the wire: a model may return them, if its graph is odd.
absl::Status EncodeValue(const nn::Datum& datum, v1::Value& message, SentAttachments* attachments = nullptr);
absl::Status EncodeValues(const std::vector<nn::Datum>& data, google::protobuf::RepeatedPtrField<v1::Value>& messages,
                          SentAttachments* attachments = nullptr);
absl::Status EncodeEntries(const std::vector<std::pair<std::string, nn::Datum>>& entries, v1::ValueDict& message,
                           SentAttachments* attachments = nullptr);

}  // namespace moduled::contract
