// What the commands that run a model have in common: their flags, and what they do with what hooks saw.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "client/modulectl/context.h"
#include "client/modulectl/hook_text.h"
#include "client/modulectl/json.h"
#include "client/modulectl/tensor_file.h"
#include "proto/contract/hooks.h"

namespace moduled::modulectl {

struct RunFlags {
  std::string model;
  std::vector<std::string> files;
  std::string output_file;
  std::vector<std::string> hooks;
  std::string hook_kind = "forward";
  std::optional<uint64_t> seed;

  void AddTo(CLI::App& command);
  // Of the tensors of one file, if several are run.
  std::string SavePrefix(const std::string& file) const { return files.size() == 1 ? "" : file + "/"; }
};

// Sets model, arguments, hooks, seed and deadline of a ForwardCall or BackwardCall.
template <class Call>
absl::Status FillCall(const Context& context, const RunFlags& flags, const Signature& signature,
                      const std::string& file, Call& call) {
  call.model = ParseModel(flags.model);
  absl::StatusOr<std::vector<nn::Datum>> inputs = ReadInputs(file, signature);
  if (!inputs.ok()) return inputs.status();
  call.arguments.args = *std::move(inputs);
  absl::StatusOr<std::vector<contract::Hook>> hooks = ParseHooks(flags.hooks, flags.hook_kind);
  if (!hooks.ok()) return hooks.status();
  call.hooks = *std::move(hooks);
  call.seed = flags.seed;
  call.context.deadline = context.Deadline();
  return absl::OkStatus();
}

// The model's signature, from the server.
absl::StatusOr<Signature> FetchSignature(client::Client& client, const std::string& model);

// For people: one line an event, one a hook that did not fire.
void PrintHooks(const Context& context, const std::vector<contract::HookEvent>& events,
                const std::vector<contract::UnfiredHook>& unfired);
// For machines: under "events" and "unfired".
void AddHooks(Json& json, const std::vector<contract::HookEvent>& events,
              const std::vector<contract::UnfiredHook>& unfired);

// The tensors of a value under `name`; with their places behind it if there are several.
void SaveValue(const std::string& name, const nn::Datum& value, NamedTensors& saved);
void SaveEvents(const std::string& prefix, const std::vector<contract::HookEvent>& events, NamedTensors& saved);

}  // namespace moduled::modulectl
