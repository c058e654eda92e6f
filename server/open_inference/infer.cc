#include "server/open_inference/infer.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"
#include "server/models/names.h"
#include "server/open_inference/hook_outputs.h"
#include "server/scheduling/input_names.h"

namespace moduled::server::open_inference {
namespace {

using Inputs = absl::flat_hash_map<std::string, nn::Tensor>;

absl::StatusOr<Inputs> ByName(std::vector<NamedTensor>&& inputs, const std::vector<std::string>& declared) {
  Inputs by_name;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string field = absl::StrCat("inputs[", i, "].name");
    NamedTensor& input = inputs[i];
    if (std::find(declared.begin(), declared.end(), input.name) == declared.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": unknown (got ", Quoted(input.name), ")", contract::DidYouMean(input.name, declared)));
    }
    if (!by_name.emplace(input.name, std::move(input.tensor)).second) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": there twice (got ", Quoted(input.name), ")"));
    }
  }
  for (const std::string& name : declared) {
    if (!by_name.contains(name)) {
      return absl::InvalidArgumentError(absl::StrCat("inputs: ", Quoted(name), " is missing"));
    }
  }
  return by_name;
}

// What comes after "x." in the names of the ports of a nested argument, each once, in their order.
std::vector<std::string> KeysUnder(const std::string& name, const std::vector<std::string>& declared) {
  const std::string prefix = absl::StrCat(name, ".");
  std::vector<std::string> keys;
  for (const std::string& port : declared) {
    if (!absl::StartsWith(port, prefix)) continue;
    std::string key = port.substr(prefix.size(), port.find('.', prefix.size()) - prefix.size());
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

// Ports "x.0" and "x.1" are a tuple's, "x.key" a dict's.
absl::StatusOr<nn::Datum> ArgumentOf(const std::string& name, const std::vector<std::string>& declared,
                                     const Inputs& inputs) {
  if (const auto input = inputs.find(name); input != inputs.end()) return nn::Datum(input->second);
  const std::vector<std::string> keys = KeysUnder(name, declared);
  if (keys.empty()) return absl::InvalidArgumentError(absl::StrCat("inputs: ", Quoted(name), " is missing"));
  std::vector<std::pair<std::string, nn::Datum>> entries;
  bool is_tuple = true;
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(nn::Datum item, ArgumentOf(absl::StrCat(name, ".", key), declared, inputs));
    is_tuple = is_tuple && key == absl::StrCat(entries.size());
    entries.emplace_back(key, std::move(item));
  }
  if (!is_tuple) return nn::Datum(nn::Datum::Dict{std::move(entries)});
  nn::Datum::Tuple tuple;
  for (auto& [key, item] : entries) tuple.items.push_back(std::move(item));
  return nn::Datum(std::move(tuple));
}

absl::Status CheckRequested(const std::vector<std::string>& outputs, const nn::ModelSignature& signature) {
  std::vector<std::string> known;
  for (const nn::ModelPort& port : signature.outputs) known.push_back(port.name);
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string field = absl::StrCat("outputs[", i, "].name");
    if (!known.empty() && std::find(known.begin(), known.end(), outputs[i]) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": unknown (got ", Quoted(outputs[i]), ")", contract::DidYouMean(outputs[i], known)));
    }
    if (!seen.insert(outputs[i]).second) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": there twice (got ", Quoted(outputs[i]), ")"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> OutputNames(const nn::ModelSignature& signature, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    if (count == signature.outputs.size()) {
      names.push_back(signature.outputs[i].name);
    } else {
      names.push_back(count == 1 ? "output" : absl::StrCat("output.", i));
    }
  }
  return names;
}

absl::StatusOr<contract::ForwardCall> ToForward(InferCall&& call, const LoadedModel& model) {
  const std::vector<std::string> declared = DeclaredInputs(model.signature(), model.root());
  ASSIGN_OR_RETURN(const Inputs inputs, ByName(std::move(call.inputs), declared));
  RETURN_IF_ERROR(CheckRequested(call.outputs, model.signature()));
  contract::ForwardCall forward{.model = model.ref(),
                                .arguments = {},
                                .hooks = std::move(call.parameters.hooks),
                                .request_id = std::move(call.id),
                                .seed = call.parameters.seed,
                                .context = std::move(call.context)};
  forward.context.priority = call.parameters.priority;
  forward.context.queue_timeout = call.parameters.timeout;
  for (const std::string& name : ArgumentNames(model.signature(), model.root())) {
    ASSIGN_OR_RETURN(nn::Datum argument, ArgumentOf(name, declared, inputs));
    forward.arguments.args.push_back(std::move(argument));
  }
  return forward;
}

absl::StatusOr<InferReply> FromForward(contract::ForwardReply&& reply, std::string id,
                                       const std::vector<std::string>& outputs, const LoadedModel& model) {
  InferReply infer{std::move(reply.model), std::move(id), {}};
  std::vector<nn::Tensor> tensors;
  ForEachLeaf(reply.output, [&](const nn::Tensor& tensor) { tensors.push_back(tensor); });
  const std::vector<std::string> names = OutputNames(model.signature(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!outputs.empty() && std::find(outputs.begin(), outputs.end(), names[i]) == outputs.end()) continue;
    infer.outputs.push_back({names[i], std::move(tensors[i])});
  }
  if (!outputs.empty() && infer.outputs.size() != outputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("outputs: the model has ", absl::StrJoin(names, ", ")));
  }
  AddHookOutputs(reply.events, infer.outputs);
  return infer;
}

}  // namespace moduled::server::open_inference
