// Introspection's Summary, in process.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/summary.h"
#include "nn/tensor/status_macros.h"
#include "server/models/local_introspection.h"

namespace moduled::server {
namespace {

contract::SummaryRow ToContract(nn::SummaryRow row) {
  return {.path = std::move(row.path),
          .called_as = std::move(row.called_as),
          .type = std::move(row.type),
          .depth = row.depth,
          .call_index = row.call_index,
          .called = row.called,
          .leaf = row.leaf,
          .inputs = std::move(row.inputs),
          .outputs = std::move(row.outputs),
          .own_parameters = row.own_parameters,
          .total_parameters = row.total_parameters,
          .trainable_parameters = row.trainable_parameters,
          .mult_adds = row.mult_adds,
          .activation_bytes = row.activation_bytes,
          .kernel_shape = std::move(row.kernel_shape),
          .recursive = row.recursive,
          .dtype = row.dtype,
          .error = std::move(row.error)};
}

// The types of the signature's inputs, each with its example shape.
absl::StatusOr<std::vector<nn::TensorSpec>> ExampleInputs(const nn::ModelSignature& signature) {
  std::vector<nn::TensorSpec> inputs;
  for (const nn::ModelPort& port : signature.inputs) {
    const bool fixed = std::none_of(port.shape.begin(), port.shape.end(), [](int64_t extent) { return extent < 0; });
    if (!port.example_shape.has_value() && !fixed) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: the signature has no example shape for ", port.name, ": shapes must be given"));
    }
    inputs.push_back({port.dtype, port.example_shape.value_or(nn::Shape(port.shape))});
  }
  return inputs;
}

}  // namespace

absl::StatusOr<contract::SummaryReply> LocalIntrospection::Summary(const contract::SummaryCall& call) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(call.model));
  std::vector<nn::TensorSpec> inputs = call.inputs;
  if (inputs.empty()) {
    ASSIGN_OR_RETURN(inputs, ExampleInputs(handle->signature()));
  }
  nn::CallSignature signature;
  for (nn::TensorSpec& input : inputs) signature.args.push_back(nn::SpecTree(std::move(input)));
  nn::Summary summary = nn::Summarize(handle->root(), signature);
  contract::SummaryReply reply{handle->ref(), {}, {}, std::move(summary.error)};
  for (nn::SummaryRow& row : summary.rows) reply.rows.push_back(ToContract(std::move(row)));
  const nn::SummaryTotals& totals = summary.totals;
  reply.totals = {totals.parameters,       totals.trainable_parameters, totals.mult_adds,   totals.input_bytes,
                  totals.activation_bytes, totals.parameter_bytes,      totals.buffer_bytes};
  return reply;
}

}  // namespace moduled::server
