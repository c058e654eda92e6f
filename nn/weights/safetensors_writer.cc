// Writing safetensors.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/atomic_file.h"
#include "nn/weights/file_error.h"
#include "nn/weights/quote.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"

namespace moduled::nn {
namespace {

using Named = std::pair<std::string, Tensor>;

// The same elements of the same memory under the same shape.
struct Identity {
  const void* data;
  DType dtype;
  absl::Span<const int64_t> extents;
  bool operator==(const Identity&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Identity& i) {
    return H::combine(std::move(h), i.data, i.dtype, i.extents);
  }
};

// Tensors to store, in the order of the file, and names that stand for one of them.
struct Distinct {
  std::vector<const Named*> tensors;
  std::vector<std::pair<absl::string_view, absl::string_view>> aliases;  // Dropped name, kept name.
};

Distinct FindDistinct(const StateDict& state_dict) {
  Distinct distinct;
  absl::flat_hash_map<Identity, const Named*> seen;
  for (const Named& named : state_dict.tensors) {
    const Tensor& tensor = named.second;
    const auto [it, is_new] =
        seen.try_emplace(Identity{tensor.data(), tensor.dtype(), tensor.shape().extents()}, &named);
    // Empty tensors share nothing, wherever they point. A reserved key has its own meaning in the metadata.
    if (is_new || tensor.numel() == 0 || IsReserved(named.first)) {
      distinct.tensors.push_back(&named);
    } else {
      distinct.aliases.emplace_back(named.first, it->second->first);
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

// Throws nlohmann's type_error for what is not UTF-8.
std::string JsonString(absl::string_view text) { return nlohmann::json(std::string(text)).dump(); }

// An object out of keys and values that are JSON already. The library's own ordered object takes quadratic time.
std::string JsonObject(const std::vector<std::pair<absl::string_view, std::string>>& members) {
  return absl::StrCat("{",
                      absl::StrJoin(members, ",",
                                    [](std::string* out, const auto& member) {
                                      absl::StrAppend(out, JsonString(member.first), ":", member.second);
                                    }),
                      "}");
}

std::string MetadataText(const StateDict& state_dict, const Distinct& distinct) {
  std::vector<std::pair<absl::string_view, std::string>> metadata = {{kFormatKey, JsonString("pt")}};
  const std::string order = absl::StrJoin(
      state_dict.tensors, ",", [](std::string* out, const Named& named) { out->append(JsonString(named.first)); });
  metadata.emplace_back(kOrderKey, JsonString(absl::StrCat("[", order, "]")));
  if (!state_dict.metadata.empty()) {
    std::vector<std::pair<absl::string_view, std::string>> versions;
    for (const auto& [path, version] : state_dict.metadata) {
      versions.emplace_back(path, absl::StrCat("{\"version\":", version, "}"));
    }
    metadata.emplace_back(kVersionsKey, JsonString(JsonObject(versions)));
  }
  for (const auto& [dropped, kept] : distinct.aliases) metadata.emplace_back(dropped, JsonString(kept));
  return JsonObject(metadata);
}

std::string HeaderText(const StateDict& state_dict, const Distinct& distinct) {
  std::vector<std::pair<absl::string_view, std::string>> header;
  header.emplace_back(kMetadataKey, MetadataText(state_dict, distinct));
  uint64_t end = 0;
  for (const Named* named : distinct.tensors) {
    const Tensor& tensor = named->second;
    const uint64_t begin = std::exchange(end, end + tensor.byte_size());
    header.emplace_back(
        named->first,
        absl::StrCat("{\"dtype\":\"", kSafetensorsDTypes[SafetensorsRank(tensor.dtype())].name, "\",\"shape\":[",
                     absl::StrJoin(tensor.shape().extents(), ","), "],\"data_offsets\":[", begin, ",", end, "]}"));
  }
  return JsonObject(header);
}

// Keys that the reader would refuse.
absl::Status CheckKeys(const StateDict& state_dict) {
  absl::flat_hash_set<absl::string_view> keys;
  for (const Named& named : state_dict.tensors) {
    if (named.first == kMetadataKey) return absl::InvalidArgumentError("a tensor cannot be named \"__metadata__\"");
    if (keys.insert(named.first).second) continue;
    return absl::InvalidArgumentError(absl::StrCat("two tensors are named ", Quote(named.first)));
  }
  absl::flat_hash_set<absl::string_view> paths;
  for (const auto& [path, version] : state_dict.metadata) {
    if (paths.insert(path).second) continue;
    return absl::InvalidArgumentError(absl::StrCat("two versions of the module ", Quote(path)));
  }
  return absl::OkStatus();
}

// The length and the header.
absl::StatusOr<std::string> Head(const StateDict& state_dict, const Distinct& distinct) {
  std::string text;
  try {
    text = HeaderText(state_dict, distinct);
  } catch (const nlohmann::json::exception&) {
    return absl::InvalidArgumentError("the name of a tensor or module is not UTF-8");
  }
  // So that the tensors begin at a multiple of eight in the file.
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeaderBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the header is too long (got ", text.size(), " bytes, want at most ", kMaxHeaderBytes, ")"));
  }
  const uint64_t length = text.size();
  return absl::StrCat(absl::string_view(reinterpret_cast<const char*>(&length), kLengthBytes), text);
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path, const StateDict& state_dict) {
  const auto bad = [&](const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(BaseName(path), ": ", status.message()));
  };
  if (const absl::Status keys = CheckKeys(state_dict); !keys.ok()) return bad(keys);
  const Distinct distinct = FindDistinct(state_dict);
  const absl::StatusOr<std::string> head = Head(state_dict, distinct);
  if (!head.ok()) return bad(head.status());

  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file.Write(*head));
  for (const Named* named : distinct.tensors) {
    RETURN_IF_ERROR(file.Write({static_cast<const char*>(named->second.data()), named->second.byte_size()}));
  }
  return file.Commit();
}

}  // namespace moduled::nn
