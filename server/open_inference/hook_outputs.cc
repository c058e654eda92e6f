#include "server/open_inference/hook_outputs.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace moduled::server::open_inference {
namespace {

void AddTensors(const std::string& name, const nn::Datum& value, std::vector<NamedTensor>& outputs) {
  if (const nn::Tensor* tensor = value.As<nn::Tensor>()) {
    outputs.push_back({name, *tensor, /*is_hook=*/true});
  } else if (const auto* items = value.Items()) {
    for (size_t i = 0; i < items->size(); ++i) AddTensors(absl::StrCat(name, "[", i, "]"), (*items)[i], outputs);
  } else if (const auto* dict = value.As<nn::Datum::Dict>()) {
    for (const auto& [key, item] : dict->entries) AddTensors(absl::StrCat(name, "[\"", key, "\"]"), item, outputs);
  }
}

}  // namespace

void AddHookOutputs(const std::vector<contract::HookEvent>& events, std::vector<NamedTensor>& outputs) {
  absl::flat_hash_set<std::string> taken;
  for (const NamedTensor& output : outputs) taken.insert(output.name);
  std::vector<NamedTensor> seen;
  for (const contract::HookEvent& event : events) {
    if (!event.output.has_value()) continue;
    std::string name = event.path.empty() ? "''" : event.path;
    if (event.call_index > 0) absl::StrAppend(&name, "#", event.call_index);
    AddTensors(name, *event.output, seen);
  }
  for (NamedTensor& output : seen) {
    if (taken.contains(output.name)) output.name = absl::StrCat("hook:", output.name);
    outputs.push_back(std::move(output));
  }
}

}  // namespace moduled::server::open_inference
