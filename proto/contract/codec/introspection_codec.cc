#include "proto/contract/codec/introspection_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/parse.h"
#include "proto/contract/codec/precision_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

v1::ModelState EncodeState(ModelState state) {
  switch (state) {
    case ModelState::kLoading:
      return v1::LOADING;
    case ModelState::kReady:
      return v1::READY;
    case ModelState::kUnloading:
      return v1::UNLOADING;
    case ModelState::kUnavailable:
      return v1::UNAVAILABLE;
  }
  return v1::MODEL_STATE_UNSPECIFIED;
}

// A state that this build does not know is not one that serves.
ModelState DecodeState(v1::ModelState state) {
  switch (state) {
    case v1::LOADING:
      return ModelState::kLoading;
    case v1::READY:
      return ModelState::kReady;
    case v1::UNLOADING:
      return ModelState::kUnloading;
    default:
      return ModelState::kUnavailable;
  }
}

void EncodeModule(const ModuleInfo& module, v1::ModuleInfo& message) {
  message.set_path(module.path);
  message.set_type(module.type);
  message.set_extra_repr(module.extra_repr);
  message.set_training(module.training);
  message.set_parameter_count(module.parameter_count);
  message.mutable_children()->Assign(module.children.begin(), module.children.end());
}

ModuleInfo DecodeModule(const v1::ModuleInfo& message) {
  return {.path = message.path(),
          .type = message.type(),
          .extra_repr = message.extra_repr(),
          .training = message.training(),
          .parameter_count = message.parameter_count(),
          .children = {message.children().begin(), message.children().end()}};
}

template <class Response>
void EncodeModules(const Listing<ModuleInfo>& modules, Response& message) {
  EncodeModelRef(modules.model, *message.mutable_model());
  for (const ModuleInfo& module : modules.items) EncodeModule(module, *message.add_modules());
}

template <class Response>
Listing<ModuleInfo> DecodeModules(const Response& message) {
  Listing<ModuleInfo> modules{DecodeModelRef(message.model()), {}};
  for (const v1::ModuleInfo& module : message.modules()) modules.items.push_back(DecodeModule(module));
  return modules;
}

}  // namespace

void Encode(const std::vector<ModelStatus>& models, v1::ListModelsResponse& message) {
  for (const ModelStatus& model : models) {
    v1::ModelStatus& status = *message.add_models();
    status.set_name(model.model.name);
    status.set_version(model.model.version);
    status.set_state(EncodeState(model.state));
    status.set_reason(model.reason);
  }
}

std::vector<ModelStatus> Decode(const v1::ListModelsResponse& message) {
  std::vector<ModelStatus> models;
  for (const v1::ModelStatus& status : message.models()) {
    models.push_back({{status.name(), status.version()}, DecodeState(status.state()), status.reason()});
  }
  return models;
}

absl::Status Encode(const ModelDetails& details, v1::DescribeModelResponse& message) {
  EncodeModelRef(details.model, *message.mutable_model());
  if (!ParseMessage(details.description, *message.mutable_description()).ok()) {
    return absl::InternalError("description: the model's own description cannot be parsed");
  }
  message.set_repr(details.repr);
  message.set_parameter_count(details.parameter_count);
  message.set_parameter_bytes(details.parameter_bytes);
  message.set_precision(EncodePrecision(details.precision));
  if (details.deviation.has_value()) message.set_deviation(*details.deviation);
  return absl::OkStatus();
}

ModelDetails Decode(const v1::DescribeModelResponse& message) {
  return {.model = DecodeModelRef(message.model()),
          .description = message.description().SerializeAsString(),
          .repr = message.repr(),
          .parameter_count = message.parameter_count(),
          .parameter_bytes = message.parameter_bytes(),
          .precision = DecodePrecision(message.precision()),
          .deviation = Optional(message.has_deviation(), message.deviation())};
}

void Encode(const Listing<ModuleInfo>& modules, v1::NamedModulesResponse& message) { EncodeModules(modules, message); }
Listing<ModuleInfo> Decode(const v1::NamedModulesResponse& message) { return DecodeModules(message); }

void Encode(const Listing<ModuleInfo>& modules, v1::NamedChildrenResponse& message) { EncodeModules(modules, message); }
Listing<ModuleInfo> Decode(const v1::NamedChildrenResponse& message) { return DecodeModules(message); }

void Encode(const SubmoduleReply& reply, v1::GetSubmoduleResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  EncodeModule(reply.module, *message.mutable_module());
  message.set_repr(reply.repr);
}

SubmoduleReply Decode(const v1::GetSubmoduleResponse& message) {
  return {DecodeModelRef(message.model()), DecodeModule(message.module()), message.repr()};
}

void Encode(const Listing<ParameterInfo>& parameters, v1::NamedParametersResponse& message) {
  EncodeModelRef(parameters.model, *message.mutable_model());
  for (const ParameterInfo& parameter : parameters.items) {
    v1::ParameterInfo& info = *message.add_parameters();
    info.set_path(parameter.path);
    EncodeTensorSpec(parameter.tensor, *info.mutable_tensor());
    info.set_requires_grad(parameter.requires_grad);
  }
}

absl::StatusOr<Listing<ParameterInfo>> Decode(const v1::NamedParametersResponse& message) {
  Listing<ParameterInfo> parameters{DecodeModelRef(message.model()), {}};
  for (int i = 0; i < message.parameters_size(); ++i) {
    const v1::ParameterInfo& info = message.parameters(i);
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(info.tensor(), Field(Field("parameters", i), "tensor")));
    parameters.items.push_back({info.path(), std::move(spec), info.requires_grad()});
  }
  return parameters;
}

void Encode(const ParameterReply& reply, v1::GetParameterResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  EncodeTensor(reply.tensor, *message.mutable_tensor());
  message.set_requires_grad(reply.requires_grad);
}

absl::StatusOr<ParameterReply> Decode(v1::GetParameterResponse&& message) {
  ASSIGN_OR_RETURN(nn::Tensor tensor, DecodeTensor(std::move(*message.mutable_tensor()), "tensor"));
  return ParameterReply{DecodeModelRef(message.model()), std::move(tensor), message.requires_grad()};
}

void Encode(const Listing<BufferInfo>& buffers, v1::NamedBuffersResponse& message) {
  EncodeModelRef(buffers.model, *message.mutable_model());
  for (const BufferInfo& buffer : buffers.items) {
    v1::BufferInfo& info = *message.add_buffers();
    info.set_path(buffer.path);
    EncodeTensorSpec(buffer.tensor, *info.mutable_tensor());
    info.set_persistent(buffer.persistent);
  }
}

absl::StatusOr<Listing<BufferInfo>> Decode(const v1::NamedBuffersResponse& message) {
  Listing<BufferInfo> buffers{DecodeModelRef(message.model()), {}};
  for (int i = 0; i < message.buffers_size(); ++i) {
    const v1::BufferInfo& info = message.buffers(i);
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(info.tensor(), Field(Field("buffers", i), "tensor")));
    buffers.items.push_back({info.path(), std::move(spec), info.persistent()});
  }
  return buffers;
}

void Encode(const BufferReply& reply, v1::GetBufferResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  EncodeTensor(reply.tensor, *message.mutable_tensor());
  message.set_persistent(reply.persistent);
}

absl::StatusOr<BufferReply> Decode(v1::GetBufferResponse&& message) {
  ASSIGN_OR_RETURN(nn::Tensor tensor, DecodeTensor(std::move(*message.mutable_tensor()), "tensor"));
  return BufferReply{DecodeModelRef(message.model()), std::move(tensor), message.persistent()};
}

}  // namespace moduled::contract
