#include "nn/modules/python_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace moduled::nn {

std::string FloatRepr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto scientific = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string text(buffer, scientific.ptr);
  // Python writes an exponent below 1e-4 and from 1e16 on.
  const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  if (exponent < -4 || exponent >= 16) return text;
  const auto fixed = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
  text.assign(buffer, fixed.ptr);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string TupleRepr(absl::Span<const int64_t> items) {
  return absl::StrCat("(", absl::StrJoin(items, ", "), items.size() == 1 ? ",)" : ")");
}

std::string TypeName(const Symbol& value) {
  struct Visitor {
    std::string operator()(const Symbol::None&) const { return "NoneType"; }
    std::string operator()(const Value&) const { return "Tensor"; }
    std::string operator()(int64_t) const { return "int"; }
    std::string operator()(double) const { return "float"; }
    std::string operator()(bool) const { return "bool"; }
    std::string operator()(const std::string&) const { return "str"; }
    std::string operator()(DType) const { return "torch.dtype"; }
    std::string operator()(const Symbol::List&) const { return "list"; }
    std::string operator()(const Symbol::Tuple&) const { return "tuple"; }
    std::string operator()(const Symbol::Dict&) const { return "dict"; }
    std::string operator()(const Symbol::Slice&) const { return "slice"; }
    std::string operator()(const Symbol::Ellipsis&) const { return "ellipsis"; }
  };
  return std::visit(Visitor(), value.value);
}

}  // namespace moduled::nn
