// Whether files have changed since they were last looked at.
//
// By what the file system says of them, links followed: a Kubernetes secret changes by a link that is renamed.
#pragma once

#include <string>
#include <vector>

namespace moduled::server {

class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)), seen_(Look()) {}

  // Since the last call, or since the construction. Not thread-safe.
  bool Changed();

 private:
  std::string Look() const;

  const std::vector<std::string> paths_;
  std::string seen_;
};

}  // namespace moduled::server
