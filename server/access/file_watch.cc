#include "server/access/file_watch.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace moduled::server {

bool FileWatch::Changed() {
  std::string now = Look();
  const bool changed = now != seen_;
  seen_ = std::move(now);
  return changed;
}

std::string FileWatch::Look() const {
  std::string all;
  for (const std::string& path : paths_) {
    struct stat file = {};
    if (stat(path.c_str(), &file) != 0) {
      absl::StrAppend(&all, "missing;");
      continue;
    }
    absl::StrAppend(&all, file.st_dev, ",", file.st_ino, ",", file.st_size, ",", file.st_mtim.tv_sec, ".",
                    file.st_mtim.tv_nsec, ";");
  }
  return all;
}

}  // namespace moduled::server
