#include "server/scheduling/signature_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"
#include "server/scheduling/input_names.h"

namespace moduled::server {
namespace {

std::string Wanted(const nn::ModelPort& port) {
  return absl::StrCat(nn::Name(port.dtype), "[", absl::StrJoin(port.shape, ", "), "]");
}

bool Fits(const nn::ModelPort& port, const nn::TensorSpec& spec) {
  return spec.dtype == port.dtype && spec.shape.rank() == port.shape.size() &&
         std::equal(port.shape.begin(), port.shape.end(), spec.shape.begin(),
                    [](int64_t want, int64_t got) { return want == -1 || want == got; });
}

absl::Status CheckPort(const nn::ModelPort& port, const nn::Datum& argument, const std::string& field) {
  const nn::Tensor* tensor = argument.As<nn::Tensor>();
  if (tensor == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": not a tensor (want ", Wanted(port), ")"));
  }
  if (Fits(port, tensor->spec())) return absl::OkStatus();
  const char* wrong = tensor->dtype() != port.dtype ? "type" : "shape";
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": wrong ", wrong, " (got ", tensor->spec().ToString(), ", want ", Wanted(port), ")"));
}

// One argument of forward. A nested one is checked tensor by tensor: ports are named "x.0", "x.key".
absl::Status CheckArgument(const nn::ModelSignature& signature, const std::string& name, const nn::Datum& argument,
                           const std::string& field) {
  const auto port = std::find_if(signature.inputs.begin(), signature.inputs.end(),
                                 [&](const nn::ModelPort& input) { return input.name == name; });
  if (port != signature.inputs.end()) return CheckPort(*port, argument, field);
  if (const auto* items = argument.Items()) {
    for (size_t i = 0; i < items->size(); ++i) {
      RETURN_IF_ERROR(
          CheckArgument(signature, absl::StrCat(name, ".", i), (*items)[i], absl::StrCat(field, "[", i, "]")));
    }
  } else if (const auto* dict = argument.As<nn::Datum::Dict>()) {
    for (const auto& [key, item] : dict->entries) {
      RETURN_IF_ERROR(
          CheckArgument(signature, absl::StrCat(name, ".", key), item, absl::StrCat(field, "[\"", key, "\"]")));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckArguments(const nn::ModelSignature& signature, const nn::Module& root,
                            const nn::CallData& arguments) {
  const std::vector<std::string> names = ArgumentNames(signature, root);
  const size_t named = std::min(names.size(), arguments.args.size());
  for (size_t i = 0; i < named; ++i) {
    RETURN_IF_ERROR(
        CheckArgument(signature, names[i], arguments.args[i], absl::StrCat("inputs[", i, "] (\"", names[i], "\")")));
  }
  for (const auto& [name, argument] : arguments.kwargs) {
    RETURN_IF_ERROR(CheckArgument(signature, name, argument, absl::StrCat("kwargs[\"", name, "\"]")));
  }
  return absl::OkStatus();
}

}  // namespace moduled::server
