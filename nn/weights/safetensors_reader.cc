// Reading safetensors.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/apply_metadata.h"
#include "nn/weights/file_error.h"
#include "nn/weights/mapped_file.h"
#include "nn/weights/quote.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"
#include "nn/weights/safetensors_header.h"

namespace moduled::nn {
namespace {

using Entry = SafetensorsHeader::Entry;

std::string SupportedDTypes() {
  return absl::StrJoin(kSafetensorsDTypes, ", ",
                       [](std::string* out, const SafetensorsDType& entry) { absl::StrAppend(out, entry.name); });
}

absl::StatusOr<TensorSpec> SpecOf(const Entry& entry) {
  const std::optional<DType> dtype = ParseSafetensorsDType(entry.dtype);
  if (!dtype.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("dtype: not supported (got ", Quote(entry.dtype), ", want one of ", SupportedDTypes(), ")"));
  }
  TensorSpec spec{*dtype, {}};
  for (uint64_t extent : entry.shape) {
    if (extent > INT64_MAX) return absl::InvalidArgumentError(absl::StrCat("shape: too large (got ", extent, ")"));
    spec.shape.push_back(static_cast<int64_t>(extent));
  }
  RETURN_IF_ERROR(spec.Check());
  const uint64_t size = entry.data_offsets[1] - entry.data_offsets[0];
  if (size != spec.byte_size()) {
    return absl::InvalidArgumentError(absl::StrCat("data_offsets: wrong number of bytes for ", spec.ToString(),
                                                   " (got ", size, ", want ", spec.byte_size(), ")"));
  }
  return spec;
}

// The entries must tile the buffer: from 0, without holes or overlaps, to its end.
absl::Status CheckTiling(const std::vector<Entry>& entries, uint64_t buffer_bytes) {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries) sorted.push_back(&entry);
  // Empty tensors before the one that begins where they are.
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return a->data_offsets < b->data_offsets; });
  uint64_t end = 0;
  for (const Entry* entry : sorted) {
    const uint64_t first = entry->data_offsets[0];
    const uint64_t last = entry->data_offsets[1];
    if (last < first) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(entry->name), ": data_offsets: reversed (got [", first, ", ", last, "])"));
    }
    if (first != end) {
      return absl::InvalidArgumentError(absl::StrCat(Quote(entry->name),
                                                     ": data_offsets: ", first < end ? "an overlap" : "a hole",
                                                     " (got ", first, ", want ", end, ")"));
    }
    end = last;
  }
  if (end == buffer_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("wrong number of bytes after the header (got ", buffer_bytes, ", want ", end, ")"));
}

absl::StatusOr<Tensor> TensorAt(TensorSpec spec, const std::shared_ptr<const void>& owner, const uint8_t* data) {
  const bool aligned = reinterpret_cast<uintptr_t>(data) % SizeOf(spec.dtype) == 0;
  if (aligned && spec.byte_size() > 0) {
    // Each tensor owns the file under its own address: tensors side by side in a file share no storage.
    return Tensor::Wrap(std::move(spec), std::shared_ptr<const void>(owner, data), data);
  }
  // The format promises no alignment. And an empty tensor must not take the address of its neighbour.
  ASSIGN_OR_RETURN(Tensor copy, Tensor::Allocate(std::move(spec)));
  if (copy.byte_size() > 0) std::memcpy(copy.mutable_data(), data, copy.byte_size());
  return copy;
}

// C++ leaves undefined what a bool of any other byte does.
absl::Status CheckBooleans(const Tensor& tensor) {
  if (tensor.dtype() != DType::kBool) return absl::OkStatus();
  for (uint8_t byte : tensor.bytes()) {
    if (byte > 1) {
      return absl::InvalidArgumentError(absl::StrCat("a bool that is none (got byte ", byte, ", want 0 or 1)"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> HeaderText(absl::Span<const uint8_t> bytes) {
  if (bytes.size() < kLengthBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("too short (got ", bytes.size(), " bytes, want at least ", kLengthBytes, ")"));
  }
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("header: too long (got ", length, " bytes, want at most ", kMaxHeaderBytes, ")"));
  }
  if (length > bytes.size() - kLengthBytes) {
    return absl::InvalidArgumentError(absl::StrCat("header: it runs past the end of the file (got ", length,
                                                   " bytes, want at most ", bytes.size() - kLengthBytes, ")"));
  }
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  if (text.empty() || text[0] != '{') return absl::InvalidArgumentError("header: it does not begin with '{'");
  return text;
}

absl::Status Prefixed(absl::string_view where, const absl::Status& status) {
  return {status.code(), absl::StrCat(where, ": ", status.message())};
}

absl::StatusOr<Tensor> ReadTensor(const Entry& entry, absl::Span<const uint8_t> buffer,
                                  const std::shared_ptr<const void>& owner) {
  ASSIGN_OR_RETURN(TensorSpec spec, SpecOf(entry));
  ASSIGN_OR_RETURN(Tensor tensor, TensorAt(std::move(spec), owner, buffer.data() + entry.data_offsets[0]));
  RETURN_IF_ERROR(CheckBooleans(tensor));
  return tensor;
}

}  // namespace

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  return Parse(BaseName(path), file->bytes(), file->pages());
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Parse(const std::string& name, absl::Span<const uint8_t> bytes,
                                                       std::shared_ptr<const void> owner) {
  const absl::StatusOr<absl::string_view> text = HeaderText(bytes);
  if (!text.ok()) return Prefixed(name, text.status());
  absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(*text);
  if (!header.ok()) return Prefixed(absl::StrCat(name, ": header"), header.status());
  const absl::Span<const uint8_t> buffer = bytes.subspan(kLengthBytes + text->size());
  if (const absl::Status tiling = CheckTiling(header->entries, buffer.size()); !tiling.ok()) {
    return Prefixed(name, tiling);
  }
  SafetensorsFile file;
  file.name_ = name;
  file.metadata_ = std::move(header->metadata);
  for (const Entry& entry : header->entries) {
    absl::StatusOr<Tensor> tensor = ReadTensor(entry, buffer, owner);
    if (!tensor.ok()) return Prefixed(absl::StrCat(name, ": ", Quote(entry.name)), tensor.status());
    file.tensors_.emplace_back(entry.name, *std::move(tensor));
  }
  return file;
}

absl::StatusOr<StateDict> SafetensorsFile::ToStateDict() const {
  absl::StatusOr<StateDict> state_dict = ApplyMetadata(tensors_, metadata_);
  if (!state_dict.ok()) return Prefixed(absl::StrCat(name_, ": ", kMetadataKey), state_dict.status());
  return state_dict;
}

}  // namespace moduled::nn
