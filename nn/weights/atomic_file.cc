#include "nn/weights/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "nn/weights/file_error.h"

namespace moduled::nn {
absl::StatusOr<AtomicFile> AtomicFile::Create(const std::string& path) {
  std::string temporary = path + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return FileError(path, errno);
  AtomicFile created(path, std::move(temporary), file);
  // mkstemp's 0600 would hide the file from a server that runs as another user.
  if (fchmod(file, 0644) != 0) return FileError(path, errno);
  return created;
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(file) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)), file_(std::exchange(other.file_, -1)) {}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

absl::Status AtomicFile::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  // The bytes must be on the disk before the name is: a crash in between would leave a good name on a bad file.
  if (fsync(file_) != 0) return FileError(path_, errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return FileError(path_, errno);
  close(std::exchange(file_, -1));
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  const int directory = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return FileError(path_, errno);
  const int error = fsync(directory) == 0 ? 0 : errno;
  close(directory);
  return error == 0 ? absl::OkStatus() : FileError(path_, error);
}

}  // namespace moduled::nn
