#include "proto/contract/codec/state_dict_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

void StateDictSender::EncodeHeader(v1::StateDictHeader& header) const {
  EncodeModelRef(model_, *header.mutable_model());
  for (const auto& [name, tensor] : state_dict_.tensors) {
    v1::StateDictEntry& entry = *header.add_entries();
    entry.set_name(name);
    EncodeTensorSpec(tensor.spec(), *entry.mutable_tensor());
  }
  for (const auto& [path, version] : state_dict_.metadata) {
    v1::ModuleMetadata& metadata = *header.add_metadata();
    metadata.set_path(path);
    metadata.set_version(version);
  }
}

bool StateDictSender::Next(v1::TensorChunk& chunk) {
  const auto& tensors = state_dict_.tensors;
  while (entry_ < tensors.size() && offset_ == tensors[entry_].second.byte_size()) {
    ++entry_;
    offset_ = 0;
  }
  if (entry_ == tensors.size()) return false;
  const nn::Tensor& tensor = tensors[entry_].second;
  const size_t bytes = std::min(kChunkBytes, tensor.byte_size() - offset_);
  chunk.set_entry(static_cast<uint32_t>(entry_));
  chunk.set_offset(offset_);
  chunk.set_data(static_cast<const char*>(tensor.data()) + offset_, bytes);
  offset_ += bytes;
  return true;
}

absl::Status StateDictAssembler::Begin(const v1::StateDictHeader& header) {
  if (begun_) return Field("header").Invalid("sent twice");
  begun_ = true;
  model_ = DecodeModelRef(header.model());
  absl::flat_hash_set<absl::string_view> names;
  size_t total = 0;
  for (int i = 0; i < header.entries_size(); ++i) {
    const v1::StateDictEntry& entry = header.entries(i);
    const Field field("header.entries", i);
    if (!names.insert(entry.name()).second) {
      return Field(field, "name").Invalid(absl::StrCat("the key is there already (got \"", entry.name(), "\")"));
    }
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(entry.tensor(), Field(field, "tensor")));
    if (spec.byte_size() > max_bytes_ - total) {
      return absl::ResourceExhaustedError(
          absl::StrCat(field.ToString(), ": the state_dict is too large (want at most ", max_bytes_, " bytes)"));
    }
    total += spec.byte_size();
    specs_.push_back(std::move(spec));
    state_dict_.tensors.emplace_back(entry.name(), nn::Tensor());
  }
  for (const v1::ModuleMetadata& metadata : header.metadata()) {
    state_dict_.metadata.emplace_back(metadata.path(), metadata.version());
  }
  SkipEmpty();
  return absl::OkStatus();
}

// Tensors without elements have no runs.
void StateDictAssembler::SkipEmpty() {
  while (entry_ < specs_.size() && specs_[entry_].byte_size() == 0) {
    state_dict_.tensors[entry_].second = nn::Tensor::Wrap(specs_[entry_], nullptr, nullptr);
    ++entry_;
  }
}

absl::Status StateDictAssembler::Add(const v1::TensorChunk& chunk) {
  const Field field("data");
  if (!begun_) return field.Invalid("came before the header");
  if (entry_ == specs_.size()) return field.Invalid("bytes after the last tensor");
  if (chunk.entry() != entry_) {
    return Field(field, "entry").Invalid(absl::StrCat("out of order (got ", chunk.entry(), ", want ", entry_, ")"));
  }
  if (chunk.offset() != offset_) {
    return Field(field, "offset").Invalid(absl::StrCat("out of order (got ", chunk.offset(), ", want ", offset_, ")"));
  }
  const nn::TensorSpec& spec = specs_[entry_];
  const size_t left = spec.byte_size() - offset_;
  const Field data(field, "data");
  if (chunk.data().empty()) return data.Invalid("no bytes");
  if (chunk.data().size() > left) {
    return data.Invalid(absl::StrCat("too many bytes for ", state_dict_.tensors[entry_].first, ", ", spec.ToString(),
                                     " (got ", chunk.data().size(), ", want at most ", left, ")"));
  }
  RETURN_IF_ERROR(CheckElements(spec.dtype, chunk.data(), data));

  nn::Tensor& tensor = state_dict_.tensors[entry_].second;
  if (offset_ == 0) {
    ASSIGN_OR_RETURN(tensor, nn::Tensor::Allocate(spec));
  }
  std::memcpy(static_cast<char*>(tensor.mutable_data()) + offset_, chunk.data().data(), chunk.data().size());
  offset_ += chunk.data().size();
  if (offset_ == spec.byte_size()) {
    ++entry_;
    offset_ = 0;
    SkipEmpty();
  }
  return absl::OkStatus();
}

absl::StatusOr<nn::StateDict> StateDictAssembler::Finish() {
  if (!begun_) return absl::InvalidArgumentError("header: missing");
  if (entry_ < specs_.size()) {
    return absl::InvalidArgumentError(absl::StrCat("data: the elements of ", state_dict_.tensors[entry_].first,
                                                   " end early (got ", offset_, " bytes, want ",
                                                   specs_[entry_].byte_size(), ")"));
  }
  return std::move(state_dict_);
}

}  // namespace moduled::contract
