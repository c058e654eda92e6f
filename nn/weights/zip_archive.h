// A zip archive whose entries are stored as they are, as torch.save writes it: entries are views of the archive's
// bytes.
//
// Nothing is unpacked. Sizes and places come from the central directory; every one is checked before it is used.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace moduled::nn {

class ZipArchive {
 public:
  // The bytes must outlive the archive. INVALID_ARGUMENT for what is no zip archive, for entries that are compressed,
  // encrypted, that come twice or that lie outside of the archive.
  static absl::StatusOr<ZipArchive> Parse(absl::Span<const uint8_t> bytes);

  // By their names in the archive.
  const absl::flat_hash_map<std::string, absl::Span<const uint8_t>>& entries() const { return entries_; }

 private:
  absl::flat_hash_map<std::string, absl::Span<const uint8_t>> entries_;
};

}  // namespace moduled::nn
