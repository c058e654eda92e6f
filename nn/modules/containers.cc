#include "nn/modules/containers.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/trace.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Symbol> Sequential::Forward(Trace& trace, const Arguments& arguments) const {
  if (!arguments.keyword.empty() && arguments.keyword[0].first != "input") {
    return absl::InvalidArgumentError(
        absl::StrCat("forward() got an unexpected keyword argument '", arguments.keyword[0].first, "'"));
  }
  const size_t given = arguments.positional.size() + arguments.keyword.size();
  if (given == 0) return absl::InvalidArgumentError("forward() missing 1 required positional argument: 'input'");
  if (given > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("forward() takes 2 positional arguments but ", given + 1, " were given"));
  }
  Symbol value = arguments.positional.empty() ? arguments.keyword[0].second : arguments.positional[0];
  for (const auto& [name, child] : children_slots()) {
    if (child == nullptr) return absl::InvalidArgumentError("'NoneType' object is not callable");
    ASSIGN_OR_RETURN(value, trace.Call(name, *child, {{std::move(value)}, {}}));
  }
  return value;
}

namespace {

// "Parameter containing: [torch.float32 of size 2x3]"
std::string ParameterLine(absl::string_view name, const Parameter* parameter, absl::string_view type) {
  if (parameter == nullptr) return absl::StrCat("(", name, "): Object of type: NoneType");
  return absl::StrCat("(", name, "): Parameter containing: [", type, " of size ",
                      absl::StrJoin(parameter->data.shape(), "x"), "]");
}

}  // namespace

std::vector<std::string> ParameterList::ReprLines() const {
  std::vector<std::string> lines;
  for (const auto& [name, parameter] : parameter_slots()) {
    const std::string type = parameter == nullptr ? "" : absl::StrCat("torch.", Name(parameter->data.dtype()));
    lines.push_back(ParameterLine(name, parameter.get(), type));
  }
  return lines;
}

std::vector<std::string> ParameterDict::ReprLines() const {
  std::vector<std::string> lines;
  for (const auto& [name, parameter] : parameter_slots()) {
    const std::string type =
        parameter == nullptr ? "" : absl::StrCat("torch.", ScalarName(parameter->data.dtype()), "Tensor");
    lines.push_back(ParameterLine(name, parameter.get(), type));
  }
  return lines;
}

}  // namespace moduled::nn
