// Differentiating a model: what to differentiate, and the gradients that come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nn/tensor/datum.h"
#include "proto/contract/call_context.h"
#include "proto/contract/hooks.h"
#include "proto/contract/model_ref.h"

namespace moduled::contract {

// The output itself, which must be a single tensor with one element.
struct ImplicitObjective {};

// The outputs, each times the gradient given for it.
struct GradOutputs {
  std::vector<nn::Datum> values =
      {};  // One for each element of a tuple, or one for the output itself. None: no gradient.
};

// One element of each row of an output [N, classes] or [classes].
struct ClassIndex {
  std::vector<int64_t> indices = {};              // One for all rows, or one a row.
  std::optional<uint32_t> output = std::nullopt;  // A tensor of the output, in order of a walk. Unset: the only one.
};

// The sum of all elements of one tensor of the output; unset: of every floating-point one.
struct OutputSum {
  std::optional<uint32_t> output = std::nullopt;
};

// What a module of the tree makes of an output and targets: a tensor with one element.
struct LossLayer {
  std::string path = {};
  std::vector<nn::Datum> targets = {};            // Its further positional arguments.
  std::optional<uint32_t> output = std::nullopt;  // A tensor of the output. Unset: the output as it is.
};

using Objective = std::variant<ImplicitObjective, GradOutputs, ClassIndex, OutputSum, LossLayer>;

struct BackwardCall {
  ModelRef model;
  nn::CallData arguments;
  Objective objective = ImplicitObjective{};
  // Places among the tensors of the arguments, in order of a walk. Unset: every floating-point one.
  std::optional<std::vector<uint32_t>> grad_inputs = std::nullopt;
  // Names of parameters, or patterns as a hook's glob. Unset: all with requires_grad.
  std::optional<std::vector<std::string>> grad_parameters = std::nullopt;
  std::vector<Hook> hooks = {};                 // For this call alone.
  std::string request_id = {};                  // Empty: the server makes one.
  std::optional<uint64_t> seed = std::nullopt;  // Of what is random in the call. Unset: the server's choice.
  CallContext context = {};
};

struct NamedGradient {
  std::string name;                // The parameter's first name.
  std::optional<nn::Tensor> grad;  // Absent where no gradient reached it.
};

struct BackwardReply {
  ModelRef model;
  std::string request_id;
  nn::Datum output;
  std::optional<nn::Tensor> loss;  // What the loss layer returned.
  // The structure of the arguments, None where there is no gradient.
  std::vector<nn::Datum> grad_inputs;
  std::vector<std::pair<std::string, nn::Datum>> grad_kwargs;
  std::vector<NamedGradient> grad_parameters;  // In named_parameters' order.
  std::vector<HookEvent> events;               // In firing order.
  std::vector<UnfiredHook> unfired;
};

}  // namespace moduled::contract
