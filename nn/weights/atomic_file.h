// A file that appears under its name when it is complete, or not at all.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::nn {

// Errors name the file without its directory. Without Commit the file is discarded.
class AtomicFile {
 public:
  static absl::StatusOr<AtomicFile> Create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  absl::Status Write(absl::string_view bytes);
  // On the disk, under its name, when this returns.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int file);

  std::string path_;
  std::string temporary_;
  int file_;
};

}  // namespace moduled::nn
