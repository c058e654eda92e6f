#include "nn/tensor/dtype.h"

namespace moduled::nn {
namespace {

struct Entry {
  size_t size;
  absl::string_view name;
  absl::string_view scalar_name;
};

// In the order of the enumeration.
constexpr Entry kEntries[] = {
    {4, "float32", "Float"},     {8, "float64", "Double"}, {2, "float16", "Half"},
    {2, "bfloat16", "BFloat16"}, {8, "int64", "Long"},     {4, "int32", "Int"},
    {1, "int8", "Char"},         {1, "uint8", "Byte"},     {1, "bool", "Bool"},
};

const Entry& EntryOf(DType dtype) { return kEntries[static_cast<size_t>(dtype)]; }

}  // namespace

size_t SizeOf(DType dtype) { return EntryOf(dtype).size; }
absl::string_view Name(DType dtype) { return EntryOf(dtype).name; }
absl::string_view ScalarName(DType dtype) { return EntryOf(dtype).scalar_name; }

std::optional<DType> ParseDType(absl::string_view name) {
  for (DType dtype : kAllDTypes) {
    if (Name(dtype) == name) return dtype;
  }
  return std::nullopt;
}

bool IsFloatingPoint(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kFloat16 || dtype == DType::kBFloat16;
}

}  // namespace moduled::nn
