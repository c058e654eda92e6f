#include "nn/weights/torch_file.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/file_error.h"
#include "nn/weights/mapped_file.h"
#include "nn/weights/pickle.h"
#include "nn/weights/quote.h"
#include "nn/weights/torch_storages.h"
#include "nn/weights/zip_archive.h"

namespace moduled::nn {
namespace {

// Where checkpoints keep the state_dict, among other things.
constexpr absl::string_view kStateDictKeys[] = {"state_dict", "model_state_dict", "model"};
// A description of a hundred thousand tensors takes some ten megabytes.
constexpr size_t kMaxPickleBytes = size_t{64} << 20;

constexpr uint8_t kLegacyMagic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46};

using Entries = std::vector<std::pair<PickleRef, PickleRef>>;

absl::string_view Text(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

PickleRef Find(const Entries& entries, absl::string_view key) {
  for (const auto& [entry_key, value] : entries) {
    const std::string* text = entry_key->As<std::string>();
    if (text != nullptr && *text == key) return value;
  }
  return nullptr;
}

// The top folder, with its slash: "archive/".
absl::StatusOr<std::string> FindFolder(const ZipArchive& archive) {
  std::string folder;
  int found = 0;
  for (const auto& [name, content] : archive.entries()) {
    const size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(slash + 1) != "data.pkl") continue;
    folder = name.substr(0, slash + 1);
    ++found;
  }
  if (found != 1) return absl::InvalidArgumentError("no archive of torch.save: it has not one data.pkl");
  const auto& entries = archive.entries();
  if (entries.contains(folder + "constants.pkl")) {
    return absl::InvalidArgumentError("a TorchScript archive, which holds code: save the state_dict instead");
  }
  const auto order = entries.find(folder + "byteorder");
  if (order != entries.end() && Text(order->second) != "little") {
    return absl::InvalidArgumentError(absl::StrCat("byte order ", Quote(Text(order->second)), " (want little)"));
  }
  return folder;
}

bool HoldsTensors(const Entries& entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [](const auto& entry) { return TorchStorages::IsTensor(entry.second); });
}

// The dict that is the state_dict.
absl::StatusOr<PickleRef> FindStateDict(PickleRef root) {
  const auto* dict = root->As<PickleNode::Dict>();
  if (dict == nullptr) return absl::InvalidArgumentError("data.pkl: it holds no state_dict");
  if (HoldsTensors(dict->entries)) return root;
  for (const absl::string_view key : kStateDictKeys) {
    const PickleRef value = Find(dict->entries, key);
    if (value != nullptr && value->As<PickleNode::Dict>() != nullptr) return value;
  }
  if (dict->entries.empty()) return root;
  return absl::InvalidArgumentError(
      "data.pkl: it holds no state_dict, neither itself nor as \"state_dict\", \"model_state_dict\" or \"model\"");
}

// state_dict()._metadata, which arrives as an attribute of the OrderedDict.
absl::Status ReadMetadata(PickleRef state_dict, StateDict& out) {
  const auto* attributes = state_dict->state == nullptr ? nullptr : state_dict->state->As<PickleNode::Dict>();
  const PickleRef metadata = attributes == nullptr ? nullptr : Find(attributes->entries, "_metadata");
  const auto* modules = metadata == nullptr ? nullptr : metadata->As<PickleNode::Dict>();
  if (modules == nullptr) return absl::OkStatus();
  for (const auto& [path, attributes_of_module] : modules->entries) {
    const std::string* name = path->As<std::string>();
    const auto* versions = attributes_of_module->As<PickleNode::Dict>();
    const PickleRef version = versions == nullptr ? nullptr : Find(versions->entries, "version");
    if (name == nullptr) return absl::InvalidArgumentError("data.pkl: _metadata has a key that is no string");
    if (version == nullptr || version->As<int64_t>() == nullptr) continue;  // Other attributes are the caller's own.
    out.metadata.emplace_back(*name, *version->As<int64_t>());
  }
  return absl::OkStatus();
}

absl::StatusOr<StateDict> Read(const std::shared_ptr<const MappedFile>& file) {
  const absl::Span<const uint8_t> bytes = file->bytes();
  if (absl::StartsWith(Text(bytes), Text(kLegacyMagic))) {
    return absl::InvalidArgumentError(
        "written in the format that PyTorch used before 1.6: load it with torch.load and save it again");
  }
  ASSIGN_OR_RETURN(const ZipArchive archive, ZipArchive::Parse(bytes));
  ASSIGN_OR_RETURN(const std::string folder, FindFolder(archive));
  const absl::Span<const uint8_t> program = archive.entries().at(folder + "data.pkl");
  if (program.size() > kMaxPickleBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("data.pkl: too large (got ", program.size(), " bytes, want at most ", kMaxPickleBytes, ")"));
  }
  ASSIGN_OR_RETURN(const Pickle pickle, Pickle::Parse(program, TorchStorages::IsAllowed));
  ASSIGN_OR_RETURN(const PickleRef state_dict, FindStateDict(pickle.root()));

  StateDict result;
  TorchStorages storages(archive, folder, file, /*max_copied_bytes=*/2 * bytes.size());
  absl::flat_hash_set<absl::string_view> keys;
  for (const auto& [key, value] : state_dict->As<PickleNode::Dict>()->entries) {
    const std::string* name = key->As<std::string>();
    if (name == nullptr) return absl::InvalidArgumentError("data.pkl: the state_dict has a key that is no string");
    if (!keys.insert(*name).second)
      return absl::InvalidArgumentError(absl::StrCat("data.pkl: ", Quote(*name), " comes twice"));
    if (!TorchStorages::IsTensor(value)) {
      return absl::InvalidArgumentError(absl::StrCat("data.pkl: ", Quote(*name), " is no tensor"));
    }
    ASSIGN_OR_RETURN(Tensor tensor, storages.Make(value));
    result.tensors.emplace_back(*name, std::move(tensor));
  }
  RETURN_IF_ERROR(ReadMetadata(state_dict, result));
  return result;
}

}  // namespace

absl::StatusOr<StateDict> ReadTorchFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  absl::StatusOr<StateDict> state_dict = Read(file);
  if (state_dict.ok()) return state_dict;
  return absl::Status(state_dict.status().code(), absl::StrCat(BaseName(path), ": ", state_dict.status().message()));
}

}  // namespace moduled::nn
