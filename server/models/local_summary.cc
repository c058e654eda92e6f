// Introspection's Summary, in process.
#include <utility>

#include "nn/description/signature.h"
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

}  // namespace

absl::StatusOr<contract::SummaryReply> LocalIntrospection::Summary(const contract::SummaryCall& call) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(call.model));
  std::vector<nn::TensorSpec> inputs = call.inputs;
  if (inputs.empty()) {
    ASSIGN_OR_RETURN(inputs, nn::ExampleInputs(handle->signature()));
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
