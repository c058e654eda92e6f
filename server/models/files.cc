#include "server/models/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

// Closes a descriptor when it goes.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

absl::Status FileError(absl::string_view what, int error) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(error));
  switch (error) {
    case EROFS:
    case EACCES:
    case EPERM:
      return absl::FailedPreconditionError(
          absl::StrCat(what, ": the repository is read-only (", std::strerror(error), ")"));
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    case ENOENT:
      return absl::NotFoundError(text);
    default:
      return absl::InternalError(text);
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes, absl::string_view what) {
  const Descriptor file{open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (file.fd < 0) return FileError(what, errno);
  while (!bytes.empty()) {
    const ssize_t written = write(file.fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(what, errno);
    bytes.remove_prefix(written);
  }
  if (fsync(file.fd) != 0) return FileError(what, errno);
  return absl::OkStatus();
}

absl::Status LinkFile(const std::string& from, const std::string& to, absl::string_view what) {
  if (link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  // Some file systems have no hard links or too few, and say so in these ways.
  if (errno != EPERM && errno != EMLINK && errno != EXDEV && errno != ENOTSUP) return FileError(what, errno);
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  return error ? FileError(what, error.value()) : absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path, absl::string_view what) {
  const Descriptor directory{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.fd < 0) return FileError(what, errno);
  // Some network file systems cannot: they keep names in order by themselves.
  if (fsync(directory.fd) != 0 && errno != EINVAL) return FileError(what, errno);
  return absl::OkStatus();
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;  // What cannot be removed stays under a name that is no version.
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace moduled::server
