#include "client/modulectl/input_types.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/modulectl/context.h"
#include "client/modulectl/signature.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

// "1x3x224x224"; "" is a scalar.
absl::StatusOr<nn::Shape> ParseShape(const std::string& text) {
  nn::Shape shape;
  for (const absl::string_view part : absl::StrSplit(text, 'x', absl::SkipEmpty())) {
    int64_t extent = 0;
    if (!absl::SimpleAtoi(part, &extent) || extent < 0) {
      return absl::InvalidArgumentError(absl::StrCat("--input: no shape (got ", text, ", want e.g. 1x3x224x224)"));
    }
    shape.push_back(extent);
  }
  return shape;
}

}  // namespace

absl::StatusOr<std::vector<nn::TensorSpec>> ReadInputTypes(client::Client& client, const std::string& model,
                                                           const std::vector<std::string>& shapes) {
  std::vector<nn::TensorSpec> inputs;
  if (shapes.empty()) return inputs;
  ASSIGN_OR_RETURN(const auto details, client.introspection().DescribeModel(ParseModel(model)));
  ASSIGN_OR_RETURN(const Signature signature, ParseSignature(details.description));
  if (!signature.inputs.empty() && signature.inputs.size() != shapes.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--input: wrong number of shapes (got ", shapes.size(), ", want ", signature.inputs.size(), ")"));
  }
  for (size_t i = 0; i < shapes.size(); ++i) {
    ASSIGN_OR_RETURN(nn::Shape shape, ParseShape(shapes[i]));
    const nn::DType dtype = signature.inputs.empty() ? nn::DType::kFloat32 : signature.inputs[i].spec.dtype;
    inputs.push_back({dtype, std::move(shape)});
  }
  return inputs;
}

}  // namespace moduled::modulectl
