#include "nn/weights/apply_metadata.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/json_value.h"
#include "nn/weights/quote.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

absl::Status Bad(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(key, ": ", problem));
}

absl::StatusOr<JsonValue> Parse(absl::string_view key, const std::string& text) {
  absl::StatusOr<JsonValue> json = ParseJson(text);
  if (!json.ok()) return Bad(key, json.status().message());
  return json;
}

absl::StatusOr<std::vector<std::string>> ParseOrder(const std::string& text) {
  ASSIGN_OR_RETURN(const JsonValue json, Parse(kOrderKey, text));
  const auto* list = json.As<JsonValue::List>();
  if (list == nullptr) return Bad(kOrderKey, "not a list");
  std::vector<std::string> order;
  for (const JsonValue& name : *list) {
    if (name.As<std::string>() == nullptr) return Bad(kOrderKey, "a key that is not a string");
    order.push_back(*name.As<std::string>());
  }
  return order;
}

absl::StatusOr<std::vector<std::pair<std::string, int64_t>>> ParseVersions(const std::string& text) {
  ASSIGN_OR_RETURN(const JsonValue json, Parse(kVersionsKey, text));
  const auto* modules = json.As<JsonValue::Object>();
  if (modules == nullptr) return Bad(kVersionsKey, "not an object");
  std::vector<std::pair<std::string, int64_t>> versions;
  for (const auto& [path, entry] : *modules) {
    const auto* members = entry.As<JsonValue::Object>();
    if (members == nullptr) return Bad(kVersionsKey, absl::StrCat(Quote(path), ": not an object"));
    // To torch, a module without a version is one of before there were any.
    const JsonValue* version = Find(*members, "version");
    if (version == nullptr || version->As<std::nullptr_t>() != nullptr) continue;
    if (version->As<int64_t>() == nullptr) {
      return Bad(kVersionsKey, absl::StrCat(Quote(path), ": version: not a 64-bit integer"));
    }
    versions.emplace_back(path, *version->As<int64_t>());
  }
  return versions;
}

using TensorMap = absl::flat_hash_map<absl::string_view, const Tensor*>;

// Dropped keys and their tensors. What else stands in the metadata is somebody's remark.
TensorMap FindAliases(const TensorMap& stored, const StringPairs& metadata) {
  TensorMap aliases;
  for (const auto& [key, value] : metadata) {
    if (IsReserved(key) || stored.contains(key)) continue;
    if (const auto kept = stored.find(value); kept != stored.end()) aliases.emplace(key, kept->second);
  }
  return aliases;
}

absl::StatusOr<NamedTensorList> InOrder(const std::vector<std::string>& order, const NamedTensorList& tensors,
                                        const TensorMap& by_key) {
  NamedTensorList in_order;
  absl::flat_hash_set<absl::string_view> named;
  for (const std::string& key : order) {
    if (!named.insert(key).second) return Bad(kOrderKey, absl::StrCat("it names ", Quote(key), " twice"));
    if (const auto found = by_key.find(key); found != by_key.end()) {
      in_order.emplace_back(key, *found->second);
    } else {
      return Bad(kOrderKey, absl::StrCat("there is no tensor ", Quote(key)));
    }
  }
  // A dropped key that is left out may be a remark that looks like one.
  for (const auto& [key, tensor] : tensors) {
    if (!named.contains(key)) return Bad(kOrderKey, absl::StrCat("it leaves out ", Quote(key)));
  }
  return in_order;
}

}  // namespace

absl::StatusOr<StateDict> ApplyMetadata(const NamedTensorList& tensors, const StringPairs& metadata) {
  TensorMap stored;
  for (const auto& [key, tensor] : tensors) stored.emplace(key, &tensor);
  const TensorMap aliases = FindAliases(stored, metadata);
  TensorMap by_key = stored;
  by_key.insert(aliases.begin(), aliases.end());

  StateDict state_dict;
  bool is_ordered = false;
  for (const auto& [key, value] : metadata) {
    if (key == kVersionsKey) {
      ASSIGN_OR_RETURN(state_dict.metadata, ParseVersions(value));
    } else if (key == kOrderKey) {
      ASSIGN_OR_RETURN(const std::vector<std::string> order, ParseOrder(value));
      ASSIGN_OR_RETURN(state_dict.tensors, InOrder(order, tensors, by_key));
      is_ordered = true;
    }
  }
  if (is_ordered) return state_dict;
  state_dict.tensors = tensors;
  for (const auto& [key, value] : metadata) {
    if (const auto alias = aliases.find(key); alias != aliases.end())
      state_dict.tensors.emplace_back(key, *alias->second);
  }
  return state_dict;
}

}  // namespace moduled::nn
