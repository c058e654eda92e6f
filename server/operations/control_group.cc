#include "server/operations/control_group.h"

#include <fstream>

#include "absl/strings/numbers.h"

namespace moduled::server {

std::string ControlGroup::Word(const char* file, int place) const {
  std::ifstream stream(directory_ + "/" + file);
  std::string word;
  for (int i = 0; i <= place; ++i) {
    if (!(stream >> word)) return "";
  }
  return word;
}

// Microseconds of time in every so many: "200000 100000" in version 2, a file for each in version 1. Without a quota
// they say "max" and -1.
std::optional<double> ControlGroup::Processors() const {
  double quota = 0;
  double period = 0;
  const bool has_quota = (absl::SimpleAtod(Word("cpu.max"), &quota) && absl::SimpleAtod(Word("cpu.max", 1), &period)) ||
                         (absl::SimpleAtod(Word("cpu/cpu.cfs_quota_us"), &quota) &&
                          absl::SimpleAtod(Word("cpu/cpu.cfs_period_us"), &period));
  if (!has_quota || !(quota > 0) || !(period > 0)) return std::nullopt;
  return quota / period;
}

std::optional<int64_t> ControlGroup::Memory() const {
  int64_t limit = 0;
  const bool has_limit =
      absl::SimpleAtoi(Word("memory.max"), &limit) || absl::SimpleAtoi(Word("memory/memory.limit_in_bytes"), &limit);
  if (!has_limit || limit <= 0) return std::nullopt;
  return limit;
}

}  // namespace moduled::server
