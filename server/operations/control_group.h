// The limits of the container that this process runs in, as control groups of version 2 or 1 say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace moduled::server {

class ControlGroup {
 public:
  // Where a container sees its own group.
  explicit ControlGroup(std::string directory = "/sys/fs/cgroup") : directory_(std::move(directory)) {}

  // Processors, in parts of one; absent without a limit.
  std::optional<double> Processors() const;
  // Bytes; absent without a limit.
  std::optional<int64_t> Memory() const;

 private:
  // The first word of a file, and the second: empty where there is none.
  std::string Word(const char* file, int place = 0) const;

  std::string directory_;
};

}  // namespace moduled::server
