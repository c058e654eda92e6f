#include "client/modulectl/run_flags.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {

void RunFlags::AddTo(CLI::App& command) {
  command.add_option("MODEL", model, "The model")->required();
  command.add_option("FILE", files, "The inputs, one call a file; a PNG's values are scaled to 0..1")->required();
  command.add_option("--output", output_file, "Write what is answered and hook values to this safetensors file");
  command.add_option("--hook", hooks, kHookHelp);
  command.add_option("--kind", hook_kind, kKindHelp)->capture_default_str();
  command.add_option("--seed", seed, "The seed of what is random in the call");
}

absl::StatusOr<Signature> FetchSignature(client::Client& client, const std::string& model) {
  ASSIGN_OR_RETURN(const auto details, client.introspection().DescribeModel(ParseModel(model)));
  return ParseSignature(details.description);
}

void PrintHooks(const Context& context, const std::vector<contract::HookEvent>& events,
                const std::vector<contract::UnfiredHook>& unfired) {
  for (const contract::HookEvent& event : events) *context.out << "  " << EventLine(event) << '\n';
  for (const contract::UnfiredHook& hook : unfired) {
    *context.out << "  did not fire: " << hook.hook.selector << "  " << hook.path << "  " << hook.reason << '\n';
  }
}

void AddHooks(Json& json, const std::vector<contract::HookEvent>& events,
              const std::vector<contract::UnfiredHook>& unfired) {
  json["events"] = Json::array();
  for (const contract::HookEvent& event : events) json["events"].push_back(ToJson(event, true));
  json["unfired"] = Json::array();
  for (const contract::UnfiredHook& hook : unfired) {
    json["unfired"].push_back({{"selector", hook.hook.selector},
                               {"kind", std::string(contract::Name(hook.hook.kind))},
                               {"path", hook.path},
                               {"reason", hook.reason}});
  }
}

void SaveValue(const std::string& name, const nn::Datum& value, NamedTensors& saved) {
  size_t index = 0;
  ForEachLeaf(value, [&](const nn::Tensor& tensor) {
    saved.emplace_back(index == 0 ? name : absl::StrCat(name, ".", index), tensor);
    ++index;
  });
}

void SaveEvents(const std::string& prefix, const std::vector<contract::HookEvent>& events, NamedTensors& saved) {
  for (const contract::HookEvent& event : events) {
    for (auto& [name, tensor] : EventTensors(event)) saved.emplace_back(prefix + name, std::move(tensor));
  }
}

}  // namespace moduled::modulectl
