#include "server/rest/json_tensor.h"

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server::rest {
namespace {

using nlohmann::json;

template <class T>
absl::StatusOr<T> Element(const json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (value.is_boolean()) return value.get<bool>();
    return absl::InvalidArgumentError("want true or false");
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) return absl::InvalidArgumentError("want a number");
    const double number = value.get<double>();
    if (std::is_same_v<T, float> && std::isfinite(number) && !std::isfinite(static_cast<float>(number))) {
      return absl::InvalidArgumentError("out of range");
    }
    return static_cast<T>(number);
  } else {
    if (!value.is_number_integer()) return absl::InvalidArgumentError("want an integer");
    const bool fits =
        value.is_number_unsigned() ? std::in_range<T>(value.get<uint64_t>()) : std::in_range<T>(value.get<int64_t>());
    if (!fits) return absl::InvalidArgumentError("out of range");
    return value.get<T>();
  }
}

template <class T>
class Filler {
 public:
  Filler(absl::Span<T> out, const std::string& field) : out_(out), field_(field) {}

  absl::Status Fill(const json& value, size_t depth) {
    if (value.is_array()) {
      // Deeper than a shape can be is no nesting that means anything.
      if (depth > nn::Shape::kMaxRank) return Invalid("nested too deeply");
      for (const json& item : value) RETURN_IF_ERROR(Fill(item, depth + 1));
      return absl::OkStatus();
    }
    if (filled_ == out_.size()) return WrongCount();
    const absl::StatusOr<T> element = Element<T>(value);
    if (!element.ok()) return Invalid(absl::StrCat("element ", filled_, ": ", element.status().message()));
    out_[filled_++] = *element;
    return absl::OkStatus();
  }
  absl::Status Finish() const { return filled_ == out_.size() ? absl::OkStatus() : WrongCount(); }

 private:
  absl::Status Invalid(absl::string_view problem) const {
    return absl::InvalidArgumentError(absl::StrCat(field_, ": ", problem));
  }
  absl::Status WrongCount() const { return Invalid(absl::StrCat("wrong number of elements (want ", out_.size(), ")")); }

  const absl::Span<T> out_;
  const std::string& field_;
  size_t filled_ = 0;
};

template <class T>
absl::StatusOr<nn::Tensor> Read(const nn::TensorSpec& spec, const json& data, const std::string& field) {
  if (!data.is_array()) return absl::InvalidArgumentError(absl::StrCat(field, ": want a list"));
  ASSIGN_OR_RETURN(nn::Tensor tensor, nn::Tensor::Allocate({nn::kDTypeOf<T>, spec.shape}));
  Filler<T> filler(tensor.mutable_elements<T>(), field);
  RETURN_IF_ERROR(filler.Fill(data, 0));
  RETURN_IF_ERROR(filler.Finish());
  return tensor;
}

template <class T>
absl::StatusOr<json> Write(const nn::Tensor& tensor, const std::string& name) {
  json::array_t elements;
  elements.reserve(static_cast<size_t>(tensor.numel()));
  for (const T element : tensor.elements<T>()) {
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(element)) {
        return absl::InvalidArgumentError(
            absl::StrCat("outputs: ", name, " has elements that JSON cannot say; ask for binary_data"));
      }
    }
    elements.push_back(element);
  }
  return json(std::move(elements));
}

}  // namespace

absl::StatusOr<nn::Tensor> TensorOf(const nn::TensorSpec& spec, const json& data, const std::string& field) {
  switch (spec.dtype) {
    case nn::DType::kFloat32:
      return Read<float>(spec, data, field);
    case nn::DType::kFloat64:
      return Read<double>(spec, data, field);
    case nn::DType::kInt64:
      return Read<int64_t>(spec, data, field);
    case nn::DType::kInt32:
      return Read<int32_t>(spec, data, field);
    case nn::DType::kInt8:
      return Read<int8_t>(spec, data, field);
    case nn::DType::kUInt8:
      return Read<uint8_t>(spec, data, field);
    case nn::DType::kBool:
      return Read<bool>(spec, data, field);
    case nn::DType::kFloat16:
    case nn::DType::kBFloat16: {
      ASSIGN_OR_RETURN(const nn::Tensor wide, Read<float>(spec, data, field));
      return nn::Convert(wide, spec.dtype);
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(field, ": of no known type"));
}

absl::StatusOr<json> ElementsOf(const nn::Tensor& tensor, const std::string& name) {
  switch (tensor.dtype()) {
    case nn::DType::kFloat32:
      return Write<float>(tensor, name);
    case nn::DType::kFloat64:
      return Write<double>(tensor, name);
    case nn::DType::kInt64:
      return Write<int64_t>(tensor, name);
    case nn::DType::kInt32:
      return Write<int32_t>(tensor, name);
    case nn::DType::kInt8:
      return Write<int8_t>(tensor, name);
    case nn::DType::kUInt8:
      return Write<uint8_t>(tensor, name);
    case nn::DType::kBool:
      return Write<bool>(tensor, name);
    case nn::DType::kFloat16:
    case nn::DType::kBFloat16: {
      ASSIGN_OR_RETURN(const nn::Tensor wide, nn::Convert(tensor, nn::DType::kFloat32));
      return Write<float>(wide, name);
    }
  }
  return absl::InternalError(absl::StrCat("outputs: ", name, " is of no known type"));
}

}  // namespace moduled::server::rest
