#include "nn/weights/file_error.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

std::string BaseName(const std::string& path) { return std::filesystem::path(path).filename().string(); }

absl::Status FileError(const std::string& path, int error) {
  const std::string text = absl::StrCat(BaseName(path), ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(text);
    case EROFS:
    case EACCES:
    case EPERM:
      return absl::FailedPreconditionError(text);
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::InternalError(text);
  }
}

}  // namespace moduled::nn
