#include "server/scheduling/signature_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"

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

}  // namespace

absl::Status CheckSignature(const nn::ModelSignature& signature, const nn::CallData& arguments) {
  const size_t named = std::min(signature.inputs.size(), arguments.args.size());
  for (size_t i = 0; i < named; ++i) {
    const nn::ModelPort& port = signature.inputs[i];
    RETURN_IF_ERROR(CheckPort(port, arguments.args[i], absl::StrCat("inputs[", i, "] (\"", port.name, "\")")));
  }
  for (const auto& [name, argument] : arguments.kwargs) {
    const auto port = std::find_if(signature.inputs.begin(), signature.inputs.end(),
                                   [&, &key = name](const nn::ModelPort& input) { return input.name == key; });
    if (port == signature.inputs.end()) continue;
    RETURN_IF_ERROR(CheckPort(*port, argument, absl::StrCat("kwargs[\"", name, "\"]")));
  }
  return absl::OkStatus();
}

}  // namespace moduled::server
