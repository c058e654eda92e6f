// model.safetensors.index.json: {"metadata": {…}, "weight_map": {"tensor": "model-00001-of-00002.safetensors", …}}.
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"
#include "nn/weights/mapped_file.h"
#include "nn/weights/safetensors.h"

namespace moduled::nn {
namespace {

using Json = nlohmann::ordered_json;

// A larger index would name more tensors than any model has.
constexpr size_t kMaxIndexBytes = 100'000'000;
// Deeper nesting than the format's own is no index, and must not exhaust the stack.
constexpr int kMaxIndexDepth = 8;

absl::Status Bad(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(kIndexFile, ": ", problem));
}

// File names come from outside: a shard is a plain name in the index's own directory.
bool IsPlainName(absl::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(absl::string_view("/\\\0", 3)) == name.npos;
}

// Refuses duplicate keys, which JSON's parsers let pass.
absl::StatusOr<Json> ParseIndex(absl::string_view text) {
  std::vector<std::set<std::string>> keys;
  absl::Status status;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second && status.ok()) {
      status = Bad(absl::StrCat("duplicate key \"", parsed.get<std::string>(), "\""));
    }
    if (depth > kMaxIndexDepth && status.ok()) status = Bad("nested too deeply");
    return depth <= kMaxIndexDepth;
  };
  Json json = Json::parse(text.begin(), text.end(), watch, false);
  RETURN_IF_ERROR(status);
  if (json.is_discarded()) return Bad("not valid JSON");
  return json;
}

using WeightMap = std::vector<std::pair<std::string, std::string>>;  // Tensor and shard, in the order of the index.

absl::StatusOr<WeightMap> ReadWeightMap(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  if (file->bytes().size() > kMaxIndexBytes) return Bad("too large");
  const absl::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  ASSIGN_OR_RETURN(const Json json, ParseIndex(text));
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object()) return Bad("it has no weight_map");
  WeightMap weights;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string() || !IsPlainName(shard.get<std::string>())) {
      return Bad(absl::StrCat("weight_map: the file of \"", tensor, "\" is no plain file name"));
    }
    weights.emplace_back(tensor, shard.get<std::string>());
  }
  return weights;
}

}  // namespace

absl::StatusOr<StateDict> ReadSharded(const std::string& index_path) {
  ASSIGN_OR_RETURN(const WeightMap weights, ReadWeightMap(index_path));
  const std::filesystem::path directory = std::filesystem::path(index_path).parent_path();

  std::map<std::string, absl::flat_hash_map<std::string, Tensor>> shards;
  absl::flat_hash_map<std::string, std::string> homes;
  StateDict state_dict;
  for (const auto& [tensor, shard] : weights) {
    if (shards.contains(shard)) continue;
    ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open((directory / shard).string()));
    ASSIGN_OR_RETURN(const StateDict contents, file.ToStateDict());
    for (const auto& [name, value] : contents.tensors) {
      const auto [home, is_new] = homes.emplace(name, shard);
      if (!is_new) return Bad(absl::StrCat("\"", name, "\" is in ", home->second, " and in ", shard));
      shards[shard].emplace(name, value);
    }
    for (const auto& version : contents.metadata) state_dict.metadata.push_back(version);
  }
  for (const auto& [tensor, shard] : weights) {
    const auto found = shards[shard].find(tensor);
    if (found == shards[shard].end()) return Bad(absl::StrCat("\"", tensor, "\" is not in ", shard));
    state_dict.tensors.emplace_back(tensor, found->second);
  }
  if (homes.size() != weights.size()) return Bad("the shards hold tensors that weight_map does not name");
  return state_dict;
}

}  // namespace moduled::nn
