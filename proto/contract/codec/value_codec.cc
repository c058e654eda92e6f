// Value: Python values that may hold tensors.
#include <type_traits>

#include "absl/container/flat_hash_set.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

absl::Status ValueDecoder::Spend(size_t values, const Field& field) {
  if (values > budget_) return field.Invalid(absl::StrCat("too many values (want at most ", kMaxValues, ")"));
  budget_ -= values;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<nn::Datum>> ValueDecoder::Decode(google::protobuf::RepeatedPtrField<v1::Value>&& messages,
                                                            const char* field) {
  RETURN_IF_ERROR(Spend(messages.size(), field));
  std::vector<nn::Datum> data;
  data.reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    ASSIGN_OR_RETURN(nn::Datum datum, Decode(messages[i], Field(field, i), 0));
    data.push_back(std::move(datum));
  }
  return data;
}

absl::StatusOr<nn::Datum> ValueDecoder::Decode(v1::Value& message, const Field& field, int depth) {
  if (depth > kMaxValueDepth) {
    return absl::InvalidArgumentError(absl::StrCat("values: nested too deeply (want at most ", kMaxValueDepth, ")"));
  }
  switch (message.kind_case()) {
    case v1::Value::kTensor:
      return DecodeTensor(std::move(*message.mutable_tensor()), Field(field, "tensor"), attachments_);
    case v1::Value::kInt:
      return nn::Datum(message.int_());
    case v1::Value::kFloat:
      return nn::Datum(message.float_());
    case v1::Value::kBool:
      return nn::Datum(message.bool_());
    case v1::Value::kString:
      return nn::Datum(std::move(*message.mutable_string()));
    case v1::Value::kDtype:
      return DecodeDType(message.dtype(), Field(field, "dtype"));
    case v1::Value::kNone:
      return nn::Datum();
    case v1::Value::kList: {
      ASSIGN_OR_RETURN(auto items, DecodeItems(*message.mutable_list(), Field(field, "list"), depth));
      return nn::Datum(nn::Datum::List{std::move(items)});
    }
    case v1::Value::kTuple: {
      ASSIGN_OR_RETURN(auto items, DecodeItems(*message.mutable_tuple(), Field(field, "tuple"), depth));
      return nn::Datum(nn::Datum::Tuple{std::move(items)});
    }
    case v1::Value::kDict: {
      ASSIGN_OR_RETURN(auto entries, DecodeEntries(*message.mutable_dict(), Field(field, "dict"), depth));
      return nn::Datum(nn::Datum::Dict{std::move(entries)});
    }
    case v1::Value::KIND_NOT_SET:
      break;
  }
  return field.Invalid("not set (want a tensor, int, float, bool, string, dtype, none, list, tuple or dict)");
}

absl::StatusOr<std::vector<nn::Datum>> ValueDecoder::DecodeItems(v1::ValueList& message, const Field& field,
                                                                 int depth) {
  RETURN_IF_ERROR(Spend(message.items_size(), field));
  std::vector<nn::Datum> items;
  items.reserve(message.items_size());
  for (int i = 0; i < message.items_size(); ++i) {
    ASSIGN_OR_RETURN(nn::Datum item, Decode(*message.mutable_items(i), Field(field, "items", i), depth + 1));
    items.push_back(std::move(item));
  }
  return items;
}

absl::StatusOr<std::vector<std::pair<std::string, nn::Datum>>> ValueDecoder::DecodeEntries(v1::ValueDict& message,
                                                                                           const Field& field,
                                                                                           int depth) {
  RETURN_IF_ERROR(Spend(message.entries_size(), field));
  std::vector<std::pair<std::string, nn::Datum>> entries;
  entries.reserve(message.entries_size());
  absl::flat_hash_set<std::string> keys;
  for (int i = 0; i < message.entries_size(); ++i) {
    v1::ValueEntry& entry = *message.mutable_entries(i);
    const Field at(field, "entries", i);
    if (!keys.insert(entry.key()).second) {
      return at.Invalid(absl::StrCat("the key is there already (got \"", entry.key(), "\")"));
    }
    ASSIGN_OR_RETURN(nn::Datum value, Decode(*entry.mutable_value(), Field(at, "value"), depth + 1));
    entries.emplace_back(std::move(*entry.mutable_key()), std::move(value));
  }
  return entries;
}

absl::Status EncodeValue(const nn::Datum& datum, v1::Value& message, SentAttachments* attachments) {
  return std::visit(
      [&](const auto& v) -> absl::Status {
        using V = std::remove_cvref_t<decltype(v)>;
        if constexpr (std::is_same_v<V, nn::Tensor>) {
          EncodeTensor(v, *message.mutable_tensor(), attachments);
        } else if constexpr (std::is_same_v<V, bool>) {
          message.set_bool_(v);
        } else if constexpr (std::is_same_v<V, int64_t>) {
          message.set_int_(v);
        } else if constexpr (std::is_same_v<V, double>) {
          message.set_float_(v);
        } else if constexpr (std::is_same_v<V, std::string>) {
          message.set_string(v);
        } else if constexpr (std::is_same_v<V, nn::DType>) {
          message.set_dtype(EncodeDType(v));
        } else if constexpr (std::is_same_v<V, nn::Datum::None>) {
          message.mutable_none();
        } else if constexpr (std::is_same_v<V, nn::Datum::List>) {
          return EncodeValues(v.items, *message.mutable_list()->mutable_items(), attachments);
        } else if constexpr (std::is_same_v<V, nn::Datum::Tuple>) {
          return EncodeValues(v.items, *message.mutable_tuple()->mutable_items(), attachments);
        } else if constexpr (std::is_same_v<V, nn::Datum::Dict>) {
          return EncodeEntries(v.entries, *message.mutable_dict(), attachments);
        } else {
          return absl::UnimplementedError("value: a slice or `...` cannot be sent");
        }
        return absl::OkStatus();
      },
      datum.value);
}

absl::Status EncodeValues(const std::vector<nn::Datum>& data, google::protobuf::RepeatedPtrField<v1::Value>& messages,
                          SentAttachments* attachments) {
  messages.Reserve(static_cast<int>(data.size()));
  for (const nn::Datum& datum : data) RETURN_IF_ERROR(EncodeValue(datum, *messages.Add(), attachments));
  return absl::OkStatus();
}

absl::Status EncodeEntries(const std::vector<std::pair<std::string, nn::Datum>>& entries, v1::ValueDict& message,
                           SentAttachments* attachments) {
  for (const auto& [key, value] : entries) {
    v1::ValueEntry& entry = *message.add_entries();
    entry.set_key(key);
    RETURN_IF_ERROR(EncodeValue(value, *entry.mutable_value(), attachments));
  }
  return absl::OkStatus();
}

}  // namespace moduled::contract
