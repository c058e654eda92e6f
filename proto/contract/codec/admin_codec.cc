#include "proto/contract/codec/admin_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/parse.h"

namespace moduled::contract {

LoadModelCall Decode(const v1::LoadModelRequest& message) {
  LoadModelCall call;
  call.model = DecodeModelRef(message.model());
  if (message.has_description()) call.description = message.description().SerializeAsString();
  call.seed = message.seed();
  return call;
}

absl::Status Encode(const LoadModelCall& call, v1::LoadModelRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  if (call.description.has_value()) {
    if (const absl::Status parsed = ParseMessage(*call.description, *message.mutable_description()); !parsed.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("description: ", parsed.message()));
    }
    message.set_seed(call.seed);
  }
  return absl::OkStatus();
}

std::vector<ModelRef> Decode(const v1::UnloadModelResponse& message) {
  std::vector<ModelRef> models;
  for (const v1::ModelRef& model : message.models()) models.push_back(DecodeModelRef(model));
  return models;
}

void Encode(const std::vector<ModelRef>& models, v1::UnloadModelResponse& message) {
  for (const ModelRef& model : models) EncodeModelRef(model, *message.add_models());
}

LoadStateDictCall Decode(const v1::LoadStateDictOptions& message) {
  return {.model = DecodeModelRef(message.model()),
          .state_dict = {},
          .strict = message.has_strict() ? message.strict() : true};
}

void Encode(const LoadStateDictCall& call, v1::LoadStateDictOptions& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  message.set_strict(call.strict);
}

LoadStateDictReply Decode(const v1::LoadStateDictResponse& message) {
  return {.model = DecodeModelRef(message.model()),
          .missing_keys = {message.missing_keys().begin(), message.missing_keys().end()},
          .unexpected_keys = {message.unexpected_keys().begin(), message.unexpected_keys().end()}};
}

void Encode(const LoadStateDictReply& reply, v1::LoadStateDictResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  message.mutable_missing_keys()->Assign(reply.missing_keys.begin(), reply.missing_keys.end());
  message.mutable_unexpected_keys()->Assign(reply.unexpected_keys.begin(), reply.unexpected_keys.end());
}

}  // namespace moduled::contract
