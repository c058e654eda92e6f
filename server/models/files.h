// The few operations on files that writing a version takes. Errors carry the caller's name for the file, not its path.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::server {

// The status of a failed system call: FAILED_PRECONDITION for a file system that may only be read, RESOURCE_EXHAUSTED
// for a full one.
absl::Status FileError(absl::string_view what, int error);

// Writes the whole of a new file to disk.
absl::Status WriteFile(const std::string& path, absl::string_view bytes, absl::string_view what);

// A second name for a file; a copy where the file system has no hard links.
absl::Status LinkFile(const std::string& from, const std::string& to, absl::string_view what);

// Puts the names in a directory on disk.
absl::Status SyncDirectory(const std::string& path, absl::string_view what);

// A directory that is removed with all that is in it, unless it is kept.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace moduled::server
