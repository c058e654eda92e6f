#include "nn/layers/call_attributes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<Attribute> AsAttribute(const BoundArguments& bound, size_t index) {
  const Symbol& symbol = *bound.Find(index);
  if (const bool* flag = symbol.As<bool>()) return Attribute(*flag);
  if (const int64_t* number = symbol.As<int64_t>()) return Attribute(*number);
  if (const double* number = symbol.As<double>()) return Attribute(*number);
  if (const std::string* text = symbol.As<std::string>()) return Attribute(*text);
  return bound.WrongType(index, "a constant");
}

}  // namespace

absl::StatusOr<Attributes> CallAttributes(const BoundArguments& bound, size_t first,
                                          absl::Span<const absl::string_view> names,
                                          absl::Span<const absl::string_view> tensors) {
  Attributes attributes;
  for (size_t i = 0; i < names.size(); ++i) {
    if (bound.IsNone(first + i) || std::find(tensors.begin(), tensors.end(), names[i]) != tensors.end()) continue;
    ASSIGN_OR_RETURN(Attribute attribute, AsAttribute(bound, first + i));
    attributes.emplace_back(std::string(names[i]), std::move(attribute));
  }
  return attributes;
}

}  // namespace moduled::nn
