#include "server/rpc/typed_contents.h"

#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

using contract::Field;
using inference::InferTensorContents;

// The one field that is filled; another one than `wanted`, or a second one, is an error.
absl::Status CheckFilled(const InferTensorContents& contents, const std::string& wanted, const Field& field) {
  const auto& reflection = *InferTensorContents::GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> filled;
  reflection.ListFields(contents, &filled);
  for (const auto* each : filled) {
    if (each->name() == wanted) continue;
    return Field(field, each->name()).Invalid(absl::StrCat("of another datatype (want ", wanted, ")"));
  }
  return absl::OkStatus();
}

template <class To, class Elements>
absl::StatusOr<nn::Tensor> Convert(const nn::TensorSpec& spec, const Elements& elements, const std::string& name,
                                   const InferTensorContents& contents, const Field& field) {
  RETURN_IF_ERROR(CheckFilled(contents, name, field));
  const Field at(field, name);
  if (static_cast<int64_t>(elements.size()) != spec.numel()) {
    return at.Invalid(absl::StrCat("wrong number of elements for shape ", spec.shape.ToString(), " (got ",
                                   elements.size(), ", want ", spec.numel(), ")"));
  }
  ASSIGN_OR_RETURN(nn::Tensor tensor, nn::Tensor::Allocate(spec));
  const absl::Span<To> out = tensor.mutable_elements<To>();
  for (int i = 0; i < elements.size(); ++i) {
    const auto element = elements[i];
    if constexpr (std::is_integral_v<To> && !std::is_same_v<To, bool>) {
      if (!std::in_range<To>(element)) {
        return Field(field, name, i).Invalid(absl::StrCat("out of range (got ", element, ")"));
      }
    }
    out[i] = static_cast<To>(element);
  }
  return tensor;
}

}  // namespace

absl::StatusOr<nn::Tensor> TensorOf(const nn::TensorSpec& spec, const InferTensorContents& contents,
                                    const Field& field) {
  switch (spec.dtype) {
    case nn::DType::kBool:
      return Convert<bool>(spec, contents.bool_contents(), "bool_contents", contents, field);
    case nn::DType::kInt8:
      return Convert<int8_t>(spec, contents.int_contents(), "int_contents", contents, field);
    case nn::DType::kInt32:
      return Convert<int32_t>(spec, contents.int_contents(), "int_contents", contents, field);
    case nn::DType::kInt64:
      return Convert<int64_t>(spec, contents.int64_contents(), "int64_contents", contents, field);
    case nn::DType::kUInt8:
      return Convert<uint8_t>(spec, contents.uint_contents(), "uint_contents", contents, field);
    case nn::DType::kFloat32:
      return Convert<float>(spec, contents.fp32_contents(), "fp32_contents", contents, field);
    case nn::DType::kFloat64:
      return Convert<double>(spec, contents.fp64_contents(), "fp64_contents", contents, field);
    case nn::DType::kFloat16:
    case nn::DType::kBFloat16:
      break;
  }
  return field.Invalid("FP16 and BF16 come in raw_input_contents alone");
}

}  // namespace moduled::server
