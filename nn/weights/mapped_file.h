// A file in memory, read-only, by mmap.
//
// The file must not shrink while it is mapped: reading beyond its end would end the process. Versions of a repository
// are immutable and are written under another name first, so theirs do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace moduled::nn {

class MappedFile {
 public:
  // Regular files alone: a FIFO would wait for ever, a device never ends. Links are followed: who may not leave a
  // directory checks that before. Errors name the file without its directory.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path);

  absl::Span<const uint8_t> bytes() const { return {static_cast<const uint8_t*>(pages_.get()), size_}; }
  // Keeps the mapping: DropFilePages knows it.
  const std::shared_ptr<const void>& pages() const { return pages_; }

 private:
  MappedFile(std::shared_ptr<const void> pages, size_t size) : pages_(std::move(pages)), size_(size) {}

  std::shared_ptr<const void> pages_;
  size_t size_;
};

}  // namespace moduled::nn
