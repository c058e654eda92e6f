// Writing safetensors.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/atomic_file.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

using Json = nlohmann::ordered_json;
using Named = std::pair<std::string, Tensor>;

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::strict); }

// The same bytes under the same type: what torch calls a shared tensor.
struct Storage {
  const void* data;
  int64_t numel;
  DType dtype;
  bool operator==(const Storage&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Storage& s) {
    return H::combine(std::move(h), s.data, s.numel, s.dtype);
  }
};

// Tensors to store, and names that stand for one of them.
struct Distinct {
  std::vector<const Named*> tensors;
  std::vector<std::pair<std::string, std::string>> aliases;  // Dropped name, kept name.
};

Distinct FindDistinct(const StateDict& state_dict) {
  Distinct distinct;
  absl::flat_hash_map<Storage, const Named*> seen;
  for (const Named& named : state_dict.tensors) {
    const Tensor& tensor = named.second;
    const auto [it, is_new] = seen.try_emplace(Storage{tensor.data(), tensor.numel(), tensor.dtype()}, &named);
    // Empty tensors share nothing, wherever they point; a view of another shape is not the same tensor.
    const bool is_alias = !is_new && tensor.numel() > 0 && it->second->second.shape() == tensor.shape();
    if (is_alias) {
      distinct.aliases.emplace_back(named.first, it->second->first);
    } else {
      distinct.tensors.push_back(&named);
    }
  }
  // Widest types first: each tensor is then aligned by the ones before it.
  std::sort(distinct.tensors.begin(), distinct.tensors.end(), [](const Named* a, const Named* b) {
    const size_t rank_a = SafetensorsRank(a->second.dtype());
    const size_t rank_b = SafetensorsRank(b->second.dtype());
    return rank_a != rank_b ? rank_a < rank_b : a->first < b->first;
  });
  return distinct;
}

Json MetadataOf(const StateDict& state_dict, const Distinct& distinct) {
  Json metadata = Json::object();
  metadata[std::string(kFormatKey)] = "pt";
  Json order = Json::array();
  for (const Named& named : state_dict.tensors) order.push_back(named.first);
  metadata[std::string(kOrderKey)] = Dump(order);
  if (!state_dict.metadata.empty()) {
    Json versions = Json::object();
    for (const auto& [path, version] : state_dict.metadata) versions[path] = {{"version", version}};
    metadata[std::string(kVersionsKey)] = Dump(versions);
  }
  for (const auto& [dropped, kept] : distinct.aliases) metadata[dropped] = kept;
  return metadata;
}

absl::Status CheckNames(const StateDict& state_dict) {
  absl::flat_hash_map<std::string, int> seen;
  for (const Named& named : state_dict.tensors) {
    if (named.first == kMetadataKey) return absl::InvalidArgumentError("__metadata__ is no name for a tensor");
    if (++seen[named.first] > 1)
      return absl::InvalidArgumentError(absl::StrCat("duplicate name \"", named.first, "\""));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafetensorsLayout> LayOutSafetensors(const StateDict& state_dict) {
  RETURN_IF_ERROR(CheckNames(state_dict));
  const Distinct distinct = FindDistinct(state_dict);
  SafetensorsLayout layout;
  std::string text;
  try {
    Json header = Json::object();
    header[std::string(kMetadataKey)] = MetadataOf(state_dict, distinct);
    uint64_t end = 0;
    for (const Named* named : distinct.tensors) {
      const Tensor& tensor = named->second;
      const uint64_t begin = std::exchange(end, end + tensor.byte_size());
      const auto extents = tensor.shape().extents();
      header[named->first] = {{"dtype", std::string(kSafetensorsDTypes[SafetensorsRank(tensor.dtype())].name)},
                              {"shape", std::vector<int64_t>(extents.begin(), extents.end())},
                              {"data_offsets", {begin, end}}};
      layout.tensors.push_back(tensor);
    }
    text = Dump(header);
  } catch (const Json::exception&) {
    return absl::InvalidArgumentError("a tensor's name is not UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeaderBytes) return absl::InvalidArgumentError("the header would be too long");
  const uint64_t length = text.size();
  layout.header.assign(reinterpret_cast<const char*>(&length), kLengthBytes);
  layout.header += text;
  return layout;
}

absl::Status WriteSafetensors(const std::string& path, const StateDict& state_dict) {
  ASSIGN_OR_RETURN(const SafetensorsLayout layout, LayOutSafetensors(state_dict));
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file.Write(layout.header));
  for (const Tensor& tensor : layout.tensors) {
    RETURN_IF_ERROR(file.Write({static_cast<const char*>(tensor.data()), tensor.byte_size()}));
  }
  return file.Commit();
}

}  // namespace moduled::nn
