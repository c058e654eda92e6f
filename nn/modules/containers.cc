#include "nn/modules/containers.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/trace.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Symbol> Sequential::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(absl::StrCat(type(), ".forward"),
                                                                    /*is_method=*/true, {{"input"}}, arguments));
  Symbol value = *bound.Find(0);
  for (const auto& [name, child] : children_slots()) {
    if (child == nullptr) return absl::InvalidArgumentError("'NoneType' object is not callable");
    ASSIGN_OR_RETURN(value, trace.Call(name, *child, {{std::move(value)}, {}}));
  }
  return value;
}

namespace {

// "  (0): Parameter containing: [torch.float32 of size 2x3]", a line for each, indented as torch's extra_repr is.
std::string ParameterLines(const NamedSlots<Parameter>& slots, std::string (*type_name)(DType)) {
  std::vector<std::string> lines;
  for (const auto& [name, parameter] : slots) {
    if (parameter == nullptr) {
      lines.push_back(absl::StrCat("  (", name, "): Object of type: NoneType"));
    } else {
      lines.push_back(absl::StrCat("  (", name, "): Parameter containing: [", type_name(parameter->data.dtype()),
                                   " of size ", absl::StrJoin(parameter->data.shape(), "x"), "]"));
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::string ParameterList::ExtraRepr() const {
  return ParameterLines(parameter_slots(), [](DType dtype) { return absl::StrCat("torch.", Name(dtype)); });
}

std::string ParameterDict::ExtraRepr() const {
  return ParameterLines(parameter_slots(),
                        [](DType dtype) { return absl::StrCat("torch.", ScalarName(dtype), "Tensor"); });
}

}  // namespace moduled::nn
