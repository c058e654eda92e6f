#include "server/operations/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <fstream>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"

namespace moduled::server {
namespace {

// The first two words of one of the container's limits; empty where there is none.
std::pair<std::string, std::string> ControlGroup(const char* file) {
  std::ifstream stream(std::string("/sys/fs/cgroup/") + file);
  std::string first;
  std::string second;
  stream >> first >> second;
  return {first, second};
}

}  // namespace

int UsableProcessors() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  int processors = 1;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) processors = std::max(1, CPU_COUNT(&mask));
  // "200000 100000": microseconds of time in every so many; "max" without a quota.
  const auto [quota, period] = ControlGroup("cpu.max");
  double used = 0;
  double of = 0;
  if (absl::SimpleAtod(quota, &used) && absl::SimpleAtod(period, &of) && used > 0 && of > 0) {
    processors = std::min(processors, std::max(1, static_cast<int>(std::ceil(used / of))));
  }
  return processors;
}

int64_t UsableMemory() {
  int64_t bytes = std::numeric_limits<int64_t>::max();
  const int64_t pages = sysconf(_SC_PHYS_PAGES);
  if (pages > 0) bytes = pages * sysconf(_SC_PAGESIZE);
  int64_t limit = 0;
  if (absl::SimpleAtoi(ControlGroup("memory.max").first, &limit) && limit > 0) bytes = std::min(bytes, limit);
  return bytes;
}

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "moduled";
  return name;
}

}  // namespace moduled::server
