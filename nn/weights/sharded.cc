#include "nn/weights/sharded.h"

#include <filesystem>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/apply_metadata.h"
#include "nn/weights/file_error.h"
#include "nn/weights/json_value.h"
#include "nn/weights/mapped_file.h"
#include "nn/weights/quote.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

// Of the largest models' indices, with some hundred thousand tensors, several would fit.
constexpr size_t kMaxIndexBytes = 64 << 20;

struct Index {
  StringPairs weight_map;  // Tensor and shard.
  StringPairs metadata;
};

// File names come from outside: a shard is a plain name beside the index. The ending keeps other files of the directory
// out of reach, and lets whoever watches over links know which files to look at.
bool IsShardName(absl::string_view name) {
  return absl::EndsWith(name, ".safetensors") && !absl::StrContains(name, "..") &&
         name.find_first_of(absl::string_view("/\\\0", 3)) == name.npos;
}

// Strings alone mean something here; people write other things beside them.
absl::StatusOr<StringPairs> ParseIndexMetadata(const JsonValue& json) {
  const auto* members = json.As<JsonValue::Object>();
  if (members == nullptr) return absl::InvalidArgumentError("metadata: not an object");
  StringPairs metadata;
  for (const auto& [key, value] : *members) {
    const auto* string = value.As<std::string>();
    if (string == nullptr && IsReserved(key)) {
      return absl::InvalidArgumentError(absl::StrCat("metadata: ", key, ": not a string"));
    }
    if (string != nullptr && key != "total_size") metadata.emplace_back(key, *string);
  }
  return metadata;
}

absl::StatusOr<Index> ParseIndex(absl::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue json, ParseJson(text));
  const auto* top = json.As<JsonValue::Object>();
  if (top == nullptr) return absl::InvalidArgumentError("not an object");
  const JsonValue* map = Find(*top, "weight_map");
  if (map == nullptr || map->As<JsonValue::Object>() == nullptr) {
    return absl::InvalidArgumentError("weight_map: missing, or not an object");
  }
  Index index;
  for (const auto& [tensor, shard] : *map->As<JsonValue::Object>()) {
    const auto* name = shard.As<std::string>();
    if (name == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("weight_map: ", Quote(tensor), ": not a string"));
    }
    if (!IsShardName(*name)) {
      return absl::InvalidArgumentError(absl::StrCat("weight_map: ", Quote(tensor), ": not a plain file name (got ",
                                                     Quote(*name), ", want *.safetensors without a directory)"));
    }
    index.weight_map.emplace_back(tensor, *name);
  }
  if (const JsonValue* metadata = Find(*top, "metadata")) {
    ASSIGN_OR_RETURN(index.metadata, ParseIndexMetadata(*metadata));
  }
  return index;
}

absl::StatusOr<Index> ReadIndex(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  const size_t size = file->bytes().size();
  if (size > kMaxIndexBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(BaseName(path), ": too large (got ", size, " bytes, want at most ", kMaxIndexBytes, ")"));
  }
  absl::StatusOr<Index> index = ParseIndex({reinterpret_cast<const char*>(file->bytes().data()), size});
  if (index.ok()) return index;
  return absl::InvalidArgumentError(absl::StrCat(BaseName(path), ": ", index.status().message()));
}

struct Home {
  absl::string_view shard;
  Tensor tensor;
};
using Homes = absl::flat_hash_map<std::string, Home>;

// Every tensor of the shards that the index names.
absl::StatusOr<Homes> ReadShards(const Index& index, const std::filesystem::path& directory) {
  Homes homes;
  absl::flat_hash_map<absl::string_view, bool> is_read;
  for (const auto& [tensor, shard] : index.weight_map) {
    if (std::exchange(is_read[shard], true)) continue;
    const absl::StatusOr<SafetensorsFile> file = SafetensorsFile::Open((directory / shard).string());
    // To a caller, NOT_FOUND says that there are no weights.
    if (absl::IsNotFound(file.status())) return absl::InvalidArgumentError(file.status().message());
    RETURN_IF_ERROR(file.status());
    for (const auto& [name, value] : file->tensors()) {
      const auto [home, is_new] = homes.try_emplace(name, Home{shard, value});
      if (is_new) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(name), ": it is in two shards (", Quote(home->second.shard), ", ", Quote(shard), ")"));
    }
  }
  return homes;
}

absl::StatusOr<StateDict> Assemble(const Index& index, const Homes& homes) {
  NamedTensorList tensors;
  absl::flat_hash_map<absl::string_view, absl::string_view> mapped;
  for (const auto& [tensor, shard] : index.weight_map) {
    const auto home = homes.find(tensor);
    if (home == homes.end() || home->second.shard != shard) {
      return absl::InvalidArgumentError(absl::StrCat("weight_map: ", Quote(tensor), ": it is not in ", Quote(shard)));
    }
    mapped.emplace(tensor, shard);
    tensors.emplace_back(tensor, home->second.tensor);
  }
  for (const auto& [name, home] : homes) {
    if (mapped.contains(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("weight_map: it leaves out ", Quote(name), " of ", Quote(home.shard)));
  }
  absl::StatusOr<StateDict> state_dict = ApplyMetadata(tensors, index.metadata);
  if (state_dict.ok()) return state_dict;
  return absl::InvalidArgumentError(absl::StrCat("metadata: ", state_dict.status().message()));
}

}  // namespace

absl::StatusOr<StateDict> ReadSharded(const std::string& index_path) {
  ASSIGN_OR_RETURN(const Index index, ReadIndex(index_path));
  const auto bad = [&](const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(BaseName(index_path), ": ", status.message()));
  };
  const absl::StatusOr<Homes> homes = ReadShards(index, std::filesystem::path(index_path).parent_path());
  if (!homes.ok()) return bad(homes.status());
  absl::StatusOr<StateDict> state_dict = Assemble(index, *homes);
  if (!state_dict.ok()) return bad(state_dict.status());
  return state_dict;
}

}  // namespace moduled::nn
