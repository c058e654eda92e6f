#include "proto/contract/codec/summary_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

using Tensors = google::protobuf::RepeatedPtrField<v1::SummaryTensor>;

void EncodeTensors(const std::vector<SummaryTensor>& tensors, Tensors& messages) {
  for (const auto& [name, spec] : tensors) {
    v1::SummaryTensor& message = *messages.Add();
    message.set_name(name);
    EncodeTensorSpec(spec, *message.mutable_tensor());
  }
}

absl::StatusOr<std::vector<SummaryTensor>> DecodeTensors(const Tensors& messages, const Field& row,
                                                         absl::string_view name) {
  std::vector<SummaryTensor> tensors;
  for (int i = 0; i < messages.size(); ++i) {
    const Field field(row, name, i);
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(messages[i].tensor(), Field(field, "tensor")));
    tensors.emplace_back(messages[i].name(), std::move(spec));
  }
  return tensors;
}

void EncodeRow(const SummaryRow& row, v1::SummaryRow& message) {
  message.set_path(row.path);
  message.set_called_as(row.called_as);
  message.set_type(row.type);
  message.set_depth(row.depth);
  message.set_call_index(static_cast<uint32_t>(row.call_index));
  message.set_called(row.called);
  message.set_leaf(row.leaf);
  EncodeTensors(row.inputs, *message.mutable_inputs());
  EncodeTensors(row.outputs, *message.mutable_outputs());
  message.set_own_parameters(row.own_parameters);
  message.set_total_parameters(row.total_parameters);
  message.set_trainable_parameters(row.trainable_parameters);
  message.set_mult_adds(row.mult_adds);
  message.set_activation_bytes(row.activation_bytes);
  message.mutable_kernel_shape()->Assign(row.kernel_shape.begin(), row.kernel_shape.end());
  message.set_recursive(row.recursive);
  if (row.dtype.has_value()) message.set_dtype(EncodeDType(*row.dtype));
  message.set_error(row.error);
}

absl::StatusOr<SummaryRow> DecodeRow(const v1::SummaryRow& message, const Field& field) {
  SummaryRow row{.path = message.path(),
                 .called_as = message.called_as(),
                 .type = message.type(),
                 .depth = message.depth(),
                 .call_index = static_cast<int32_t>(message.call_index()),
                 .called = message.called(),
                 .leaf = message.leaf(),
                 .own_parameters = message.own_parameters(),
                 .total_parameters = message.total_parameters(),
                 .trainable_parameters = message.trainable_parameters(),
                 .mult_adds = message.mult_adds(),
                 .activation_bytes = message.activation_bytes(),
                 .kernel_shape = {message.kernel_shape().begin(), message.kernel_shape().end()},
                 .recursive = message.recursive(),
                 .error = message.error()};
  ASSIGN_OR_RETURN(row.inputs, DecodeTensors(message.inputs(), field, "inputs"));
  ASSIGN_OR_RETURN(row.outputs, DecodeTensors(message.outputs(), field, "outputs"));
  if (message.has_dtype()) {
    ASSIGN_OR_RETURN(row.dtype, DecodeDType(message.dtype(), Field(field, "dtype")));
  }
  return row;
}

}  // namespace

absl::StatusOr<SummaryCall> Decode(const v1::SummaryRequest& message) {
  SummaryCall call{DecodeModelRef(message.model()), {}};
  for (int i = 0; i < message.inputs_size(); ++i) {
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(message.inputs(i), Field("inputs", i)));
    call.inputs.push_back(std::move(spec));
  }
  return call;
}

void Encode(const SummaryCall& call, v1::SummaryRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  for (const nn::TensorSpec& input : call.inputs) EncodeTensorSpec(input, *message.add_inputs());
}

absl::StatusOr<SummaryReply> Decode(const v1::SummaryResponse& message) {
  SummaryReply reply{DecodeModelRef(message.model()), {}, {}, message.error()};
  for (int i = 0; i < message.rows_size(); ++i) {
    ASSIGN_OR_RETURN(SummaryRow row, DecodeRow(message.rows(i), Field("rows", i)));
    reply.rows.push_back(std::move(row));
  }
  const v1::SummaryTotals& totals = message.totals();
  reply.totals = {totals.parameters(),       totals.trainable_parameters(), totals.mult_adds(),   totals.input_bytes(),
                  totals.activation_bytes(), totals.parameter_bytes(),      totals.buffer_bytes()};
  return reply;
}

void Encode(const SummaryReply& reply, v1::SummaryResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  for (const SummaryRow& row : reply.rows) EncodeRow(row, *message.add_rows());
  v1::SummaryTotals& totals = *message.mutable_totals();
  totals.set_parameters(reply.totals.parameters);
  totals.set_trainable_parameters(reply.totals.trainable_parameters);
  totals.set_mult_adds(reply.totals.mult_adds);
  totals.set_input_bytes(reply.totals.input_bytes);
  totals.set_activation_bytes(reply.totals.activation_bytes);
  totals.set_parameter_bytes(reply.totals.parameter_bytes);
  totals.set_buffer_bytes(reply.totals.buffer_bytes);
  message.set_error(reply.error);
}

}  // namespace moduled::contract
