#include "server/rpc/open_inference_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/attachments.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/codec/tensor_codec.h"
#include "server/open_inference/datatype.h"
#include "server/rpc/messages.h"
#include "server/rpc/tensor_slice.h"
#include "server/rpc/typed_contents.h"

namespace moduled::server {
namespace {

using contract::Field;
using google::protobuf::io::CodedOutputStream;
using inference::ModelInferRequest;
using open_inference::InferCall;
using open_inference::InferReply;
using open_inference::NamedTensor;

// Of inputs and of outputs that are asked for: more than any model has.
constexpr int kMaxTensors = 4096;

open_inference::Parameters Decode(const google::protobuf::Map<std::string, inference::InferParameter>& message) {
  open_inference::Parameters parameters;
  for (const auto& [name, parameter] : message) {
    switch (parameter.parameter_choice_case()) {
      case inference::InferParameter::kBoolParam:
        parameters[name] = parameter.bool_param();
        break;
      case inference::InferParameter::kInt64Param:
        parameters[name] = static_cast<int64_t>(parameter.int64_param());
        break;
      case inference::InferParameter::kStringParam:
        parameters[name] = parameter.string_param();
        break;
      case inference::InferParameter::kDoubleParam:
        parameters[name] = parameter.double_param();
        break;
      case inference::InferParameter::kUint64Param:
        parameters[name] = static_cast<uint64_t>(parameter.uint64_param());
        break;
      case inference::InferParameter::PARAMETER_CHOICE_NOT_SET:
        parameters[name] = std::string();
        break;
    }
  }
  return parameters;
}

absl::StatusOr<nn::TensorSpec> DecodeSpec(const ModelInferRequest::InferInputTensor& input, const Field& field) {
  nn::TensorSpec spec;
  const auto dtype = open_inference::ParseDatatype(input.datatype());
  if (!dtype.ok()) return Field(field, "datatype").Invalid(dtype.status().message());
  spec.dtype = *dtype;
  if (static_cast<size_t>(input.shape_size()) > nn::Shape::kMaxRank) {
    return Field(field, "shape")
        .Invalid(absl::StrCat("too many axes (got ", input.shape_size(), ", want at most ", nn::Shape::kMaxRank, ")"));
  }
  spec.shape = nn::Shape(absl::MakeConstSpan(input.shape().data(), input.shape_size()));
  if (const absl::Status status = spec.Check(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(field.ToString(), ".", status.message()));
  }
  return spec;
}

absl::StatusOr<nn::Tensor> DecodeRaw(nn::TensorSpec spec, std::string&& bytes, const Field& field) {
  if (bytes.size() != spec.byte_size()) {
    return field.Invalid(absl::StrCat("wrong number of bytes for ", spec.ToString(), " (got ", bytes.size(), ", want ",
                                      spec.byte_size(), ")"));
  }
  RETURN_IF_ERROR(contract::CheckElements(spec.dtype, bytes, field));
  return nn::Tensor::FromBytes(std::move(spec), std::move(bytes));
}

// Either every input has raw contents, or every input has typed ones.
absl::Status CheckContents(const ModelInferRequest& message) {
  const int raw = message.raw_input_contents_size();
  if (raw == 0) return absl::OkStatus();
  for (int i = 0; i < message.inputs_size(); ++i) {
    if (!message.inputs(i).has_contents()) continue;
    return Field("inputs", i).Invalid("contents must not be given with raw_input_contents");
  }
  if (raw == message.inputs_size()) return absl::OkStatus();
  return Field("raw_input_contents")
      .Invalid(absl::StrCat("one for each input (got ", raw, ", want ", message.inputs_size(), ")"));
}

absl::StatusOr<nn::Tensor> DecodeInput(ModelInferRequest& message, int i) {
  const ModelInferRequest::InferInputTensor& input = message.inputs(i);
  const Field field("inputs", i);
  RETURN_IF_ERROR(open_inference::CheckTensorParameters(Decode(input.parameters()), field.ToString()));
  ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeSpec(input, field));
  if (message.raw_input_contents_size() > 0) {
    return DecodeRaw(std::move(spec), std::move(*message.mutable_raw_input_contents(i)),
                     Field("raw_input_contents", i));
  }
  return TensorOf(spec, input.contents(), Field(field, "contents"));
}

absl::Status CheckCount(int count, const Field& field) {
  if (count <= kMaxTensors) return absl::OkStatus();
  return field.Invalid(absl::StrCat("too many (got ", count, ", want at most ", kMaxTensors, ")"));
}

std::string LengthPrefix(int field, size_t size) {
  uint8_t bytes[20];
  uint8_t* end = CodedOutputStream::WriteTagToArray(static_cast<uint32_t>(field) << 3 | 2, bytes);
  end = CodedOutputStream::WriteVarint64ToArray(size, end);
  return std::string(reinterpret_cast<const char*>(bytes), end - bytes);
}

}  // namespace

absl::StatusOr<InferCall> Decode(ModelInferRequest&& message) {
  RETURN_IF_ERROR(CheckCount(message.inputs_size(), "inputs"));
  RETURN_IF_ERROR(CheckCount(message.outputs_size(), "outputs"));
  RETURN_IF_ERROR(CheckContents(message));
  InferCall call;
  call.model = {std::move(*message.mutable_model_name()), std::move(*message.mutable_model_version())};
  call.id = std::move(*message.mutable_id());
  ASSIGN_OR_RETURN(call.parameters, open_inference::ParseRequestParameters(Decode(message.parameters())));
  for (int i = 0; i < message.inputs_size(); ++i) {
    ASSIGN_OR_RETURN(nn::Tensor tensor, DecodeInput(message, i));
    call.inputs.push_back({message.inputs(i).name(), std::move(tensor)});
  }
  for (int i = 0; i < message.outputs_size(); ++i) {
    RETURN_IF_ERROR(
        open_inference::CheckTensorParameters(Decode(message.outputs(i).parameters()), Field("outputs", i).ToString()));
    call.outputs.push_back(message.outputs(i).name());
  }
  return call;
}

void Encode(const InferReply& reply, inference::ModelInferResponse& message) {
  message.set_model_name(reply.model.name);
  message.set_model_version(reply.model.version);
  message.set_id(reply.id);
  for (const NamedTensor& output : reply.outputs) {
    auto& encoded = *message.add_outputs();
    encoded.set_name(output.name);
    encoded.set_datatype(std::string(open_inference::DatatypeName(output.tensor.dtype())));
    encoded.mutable_shape()->Assign(output.tensor.shape().begin(), output.tensor.shape().end());
    if (output.is_hook) (*encoded.mutable_parameters())["hook"].set_bool_param(true);
  }
}

absl::StatusOr<grpc::ByteBuffer> ToBytes(const InferReply& reply, int response_field, size_t max_bytes) {
  inference::ModelInferResponse message;
  Encode(reply, message);
  std::string text = message.SerializeAsString();
  std::vector<grpc::Slice> slices;
  size_t size = 0;
  const auto flush = [&] {
    size += text.size();
    slices.emplace_back(std::exchange(text, {}));
  };
  for (const NamedTensor& output : reply.outputs) {
    const size_t bytes = output.tensor.byte_size();
    text += LengthPrefix(inference::ModelInferResponse::kRawOutputContentsFieldNumber, bytes);
    if (bytes < contract::kLeastAttachedBytes) {
      text.append(static_cast<const char*>(output.tensor.data()), bytes);
      continue;
    }
    flush();
    slices.push_back(SliceOf(output.tensor));
    size += bytes;
  }
  flush();
  if (response_field > 0) {
    slices.insert(slices.begin(), grpc::Slice(LengthPrefix(response_field, size)));
    size += slices.front().size();
  }
  RETURN_IF_ERROR(CheckMessageSize(size, max_bytes));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace moduled::server
