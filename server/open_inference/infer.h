// One inference as the Open Inference Protocol has it: named tensors in, named tensors out. What gRPC and REST share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"
#include "proto/contract/inference.h"
#include "proto/contract/model_ref.h"
#include "server/models/loaded_model.h"
#include "server/open_inference/parameters.h"

namespace moduled::server::open_inference {

struct NamedTensor {
  std::string name;
  nn::Tensor tensor;     // Of a request, not necessarily flat.
  bool is_hook = false;  // In a reply: what a hook saw.
};

struct InferCall {
  contract::ModelRef model;
  std::string id;
  RequestParameters parameters;
  std::vector<NamedTensor> inputs;   // In the request's order.
  std::vector<std::string> outputs;  // None: all.
  contract::CallContext context;
};

struct InferReply {
  contract::ModelRef model;
  std::string id;
  std::vector<NamedTensor> outputs;  // In the model's order; then what hooks saw, in firing order.
};

// The names of a model's outputs, where its result has so many tensors.
std::vector<std::string> OutputNames(const nn::ModelSignature& signature, size_t count);

// The call that runs the model. INVALID_ARGUMENT names the input or output that is missing, unknown or there twice.
absl::StatusOr<contract::ForwardCall> ToForward(InferCall&& call, const LoadedModel& model);

// `outputs`: the names that were asked for. INTERNAL if the model's result is not what its signature says.
absl::StatusOr<InferReply> FromForward(contract::ForwardReply&& reply, std::string id,
                                       const std::vector<std::string>& outputs, const LoadedModel& model);

}  // namespace moduled::server::open_inference
