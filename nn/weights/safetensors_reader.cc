// Reading safetensors.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/mapped_file.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/safetensors_format.h"
#include "nn/weights/safetensors_header.h"

namespace moduled::nn {
namespace {

using Entry = SafetensorsHeader::Entry;

absl::Status In(const std::string& file, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", problem));
}

absl::StatusOr<TensorSpec> SpecOf(const std::string& file, const Entry& entry) {
  const std::optional<DType> dtype = ParseSafetensorsDType(entry.dtype);
  if (!dtype.has_value()) {
    return In(file, absl::StrCat("\"", entry.name, "\": dtype ", entry.dtype, " is not supported"));
  }
  TensorSpec spec{*dtype, {}};
  for (uint64_t extent : entry.shape) {
    if (extent > INT64_MAX) return In(file, absl::StrCat("\"", entry.name, "\": the shape overflows"));
    spec.shape.push_back(static_cast<int64_t>(extent));
  }
  if (absl::Status status = spec.Check(); !status.ok()) {
    return In(file, absl::StrCat("\"", entry.name, "\": ", status.message()));
  }
  return spec;
}

// The entries must tile the buffer: from 0, without holes or overlaps, to its end.
absl::Status CheckTiling(const std::string& file, std::vector<const Entry*> entries, uint64_t buffer_bytes) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry* a, const Entry* b) { return a->data_offsets < b->data_offsets; });
  uint64_t end = 0;
  for (const Entry* entry : entries) {
    if (entry->data_offsets[0] != end || entry->data_offsets[1] < end) {
      return In(file,
                absl::StrCat("\"", entry->name, "\": data_offsets leave a hole or overlap (got [",
                             entry->data_offsets[0], ", ", entry->data_offsets[1], "], want to start at ", end, ")"));
    }
    end = entry->data_offsets[1];
  }
  if (end != buffer_bytes) {
    return In(file, absl::StrCat("the tensors end at byte ", end, " of the buffer, the file at byte ", buffer_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> TensorAt(TensorSpec spec, const std::shared_ptr<const void>& owner, const uint8_t* data) {
  if (reinterpret_cast<uintptr_t>(data) % SizeOf(spec.dtype) == 0) return Tensor::Wrap(std::move(spec), owner, data);
  // The format promises no alignment.
  ASSIGN_OR_RETURN(Tensor copy, Tensor::Allocate(std::move(spec)));
  std::memcpy(copy.mutable_data(), data, copy.byte_size());
  return copy;
}

absl::Status CheckBooleans(const std::string& file, const std::string& name, const Tensor& tensor) {
  if (tensor.dtype() != DType::kBool) return absl::OkStatus();
  const auto bytes = tensor.bytes();
  // C++ would take any other byte for undefined behaviour.
  const bool good = std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte <= 1; });
  return good ? absl::OkStatus() : In(file, absl::StrCat("\"", name, "\": a boolean that is neither 0 nor 1"));
}

}  // namespace

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  return Parse(std::filesystem::path(path).filename().string(), file->bytes(), file);
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Parse(const std::string& name, absl::Span<const uint8_t> bytes,
                                                       std::shared_ptr<const void> owner) {
  if (bytes.size() < kLengthBytes)
    return In(name, absl::StrCat("too short for a header (got ", bytes.size(), " bytes)"));
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes) return In(name, absl::StrCat("header: too long (got ", length, " bytes)"));
  if (length > bytes.size() - kLengthBytes) {
    return In(name, absl::StrCat("header: it runs past the end of the file (got ", length, " bytes, the file has ",
                                 bytes.size(), ")"));
  }
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  if (text.empty() || text[0] != '{') return In(name, "header: it does not start with '{'");
  absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(text);
  if (!header.ok()) return In(name, absl::StrCat("header: ", header.status().message()));

  const absl::Span<const uint8_t> buffer = bytes.subspan(kLengthBytes + length);
  std::vector<const Entry*> entries;
  for (const Entry& entry : header->entries) entries.push_back(&entry);
  RETURN_IF_ERROR(CheckTiling(name, entries, buffer.size()));

  SafetensorsFile file;
  file.name_ = name;
  file.metadata_ = std::move(header->metadata);
  for (const Entry& entry : header->entries) {
    ASSIGN_OR_RETURN(TensorSpec spec, SpecOf(name, entry));
    const uint64_t size = entry.data_offsets[1] - entry.data_offsets[0];
    if (size != spec.byte_size()) {
      return In(name, absl::StrCat("\"", entry.name, "\": wrong number of bytes for ", spec.ToString(), " (got ", size,
                                   ", want ", spec.byte_size(), ")"));
    }
    ASSIGN_OR_RETURN(Tensor tensor, TensorAt(std::move(spec), owner, buffer.data() + entry.data_offsets[0]));
    RETURN_IF_ERROR(CheckBooleans(name, entry.name, tensor));
    file.tensors_.emplace_back(entry.name, std::move(tensor));
  }
  return file;
}

}  // namespace moduled::nn
