// From a file's tensors to a state_dict: aliases, order and versions out of the metadata.
#include <nlohmann/json.hpp>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

// Objects keep the order of the text.
using Json = nlohmann::ordered_json;
using TensorMap = absl::flat_hash_map<std::string, Tensor>;

absl::Status Bad(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("__metadata__: ", key, ": ", problem));
}

absl::StatusOr<std::vector<std::string>> ParseOrder(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return Bad(kOrderKey, "not a JSON list");
  std::vector<std::string> order;
  for (const Json& name : json) {
    if (!name.is_string()) return Bad(kOrderKey, "a name that is no string");
    order.push_back(name.get<std::string>());
  }
  return order;
}

absl::StatusOr<std::vector<std::pair<std::string, int64_t>>> ParseVersions(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Bad(kVersionsKey, "not a JSON object");
  std::vector<std::pair<std::string, int64_t>> versions;
  for (const auto& [path, entry] : json.items()) {
    const auto version = entry.is_object() ? entry.find("version") : entry.end();
    // torch writes modules without a version too.
    if (entry.is_object() && version == entry.end()) continue;
    if (!entry.is_object() || !version->is_number_integer()) return Bad(kVersionsKey, "a version that is no integer");
    versions.emplace_back(path, version->get<int64_t>());
  }
  return versions;
}

}  // namespace

absl::StatusOr<StateDict> SafetensorsFile::ToStateDict() const {
  TensorMap by_name(tensors_.begin(), tensors_.end());
  std::vector<std::string> order;
  for (const auto& [name, tensor] : tensors_) order.push_back(name);
  StateDict state_dict;
  std::optional<std::vector<std::string>> stated_order;
  for (const auto& [key, value] : metadata_) {
    if (key == kVersionsKey) {
      ASSIGN_OR_RETURN(state_dict.metadata, ParseVersions(value));
    } else if (key == kOrderKey) {
      ASSIGN_OR_RETURN(stated_order, ParseOrder(value));
    } else if (const auto kept = by_name.find(value); kept != by_name.end() && !by_name.contains(key)) {
      // An alias: a name that was dropped, for one that was kept. Anything else is somebody's remark.
      Tensor tensor = kept->second;
      by_name.emplace(key, std::move(tensor));
      order.push_back(key);
    }
  }
  if (stated_order.has_value()) {
    if (stated_order->size() != by_name.size()) return Bad(kOrderKey, "it does not name every tensor once");
    order = *std::move(stated_order);
  }
  absl::flat_hash_map<std::string, int> listed;
  for (const std::string& name : order) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) return Bad(kOrderKey, absl::StrCat("there is no tensor \"", name, "\""));
    if (++listed[name] > 1) return Bad(kOrderKey, absl::StrCat("\"", name, "\" stands twice"));
    state_dict.tensors.emplace_back(name, found->second);
  }
  return state_dict;
}

}  // namespace moduled::nn
