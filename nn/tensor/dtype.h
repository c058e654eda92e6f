// The element types of tensors, named as torch.dtype.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace moduled::nn {

enum class DType : uint8_t {
  kFloat32,
  kFloat64,
  kFloat16,
  kBFloat16,
  kInt64,
  kInt32,
  kInt8,
  kUInt8,
  kBool,
};

inline constexpr DType kAllDTypes[] = {DType::kFloat32,  DType::kFloat64, DType::kFloat16,
                                       DType::kBFloat16, DType::kInt64,   DType::kInt32,
                                       DType::kInt8,     DType::kUInt8,   DType::kBool};

// Bytes of one element.
size_t SizeOf(DType dtype);

// torch's short name: "float32", "bfloat16", "bool".
absl::string_view Name(DType dtype);

// The scalar type's name in torch's error texts: "Float", "Double", "Half", "BFloat16", "Long", "Int", "Char", "Byte",
// "Bool".
absl::string_view ScalarName(DType dtype);

// The inverse of Name.
std::optional<DType> ParseDType(absl::string_view name);

// float32, float64, float16 or bfloat16.
bool IsFloatingPoint(DType dtype);

// The DType of a C++ element type; only the types below have one. The 16-bit floats have no C++ type here.
template <class T>
inline constexpr DType kDTypeOf = [] { static_assert(sizeof(T) == 0, "no DType for this type"); }();
template <>
inline constexpr DType kDTypeOf<float> = DType::kFloat32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kFloat64;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kInt64;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kInt32;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::kInt8;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kUInt8;
template <>
inline constexpr DType kDTypeOf<bool> = DType::kBool;

}  // namespace moduled::nn
