// moduled/v1/introspection.proto <-> proto/contract/introspection.h. The state_dict has a codec of its own.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/introspection.pb.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/introspection.h"

namespace moduled::contract {

// Requests: the parts that are more than a field.
template <class Request>
ListOptions DecodeListOptions(const Request& request) {
  return {.recurse = request.has_recurse() ? request.recurse() : true,
          .remove_duplicate = request.has_remove_duplicate() ? request.remove_duplicate() : true};
}

template <class Request>
void EncodeListOptions(ListOptions options, Request& request) {
  request.set_recurse(options.recurse);
  request.set_remove_duplicate(options.remove_duplicate);
}

// Replies. Decoding fails on types and shapes that are not good.
void Encode(const std::vector<ModelStatus>& models, v1::ListModelsResponse& message);
std::vector<ModelStatus> Decode(const v1::ListModelsResponse& message);

// INTERNAL if the description that the model was loaded from cannot be parsed.
absl::Status Encode(const ModelDetails& details, v1::DescribeModelResponse& message);
ModelDetails Decode(const v1::DescribeModelResponse& message);

void Encode(const Listing<ModuleInfo>& modules, v1::NamedModulesResponse& message);
Listing<ModuleInfo> Decode(const v1::NamedModulesResponse& message);

void Encode(const Listing<ModuleInfo>& modules, v1::NamedChildrenResponse& message);
Listing<ModuleInfo> Decode(const v1::NamedChildrenResponse& message);

void Encode(const SubmoduleReply& reply, v1::GetSubmoduleResponse& message);
SubmoduleReply Decode(const v1::GetSubmoduleResponse& message);

void Encode(const Listing<ParameterInfo>& parameters, v1::NamedParametersResponse& message);
absl::StatusOr<Listing<ParameterInfo>> Decode(const v1::NamedParametersResponse& message);

void Encode(const ParameterReply& reply, v1::GetParameterResponse& message);
absl::StatusOr<ParameterReply> Decode(v1::GetParameterResponse&& message);

void Encode(const Listing<BufferInfo>& buffers, v1::NamedBuffersResponse& message);
absl::StatusOr<Listing<BufferInfo>> Decode(const v1::NamedBuffersResponse& message);

void Encode(const BufferReply& reply, v1::GetBufferResponse& message);
absl::StatusOr<BufferReply> Decode(v1::GetBufferResponse&& message);

}  // namespace moduled::contract
