#include "server/operations/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <limits>

namespace moduled::server {
int UsableProcessors(const ControlGroup& group) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  int processors = 1;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) processors = std::max(1, CPU_COUNT(&mask));
  // Compared as doubles: a quota may be larger than an int.
  const double quota = std::ceil(group.Processors().value_or(processors));
  return quota < processors ? std::max(1, static_cast<int>(quota)) : processors;
}

int64_t UsableMemory(const ControlGroup& group) {
  int64_t bytes = std::numeric_limits<int64_t>::max();
  const int64_t pages = sysconf(_SC_PHYS_PAGES);
  if (pages > 0) bytes = pages * sysconf(_SC_PAGESIZE);
  return std::min(bytes, group.Memory().value_or(bytes));
}

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "moduled";
  return name;
}

}  // namespace moduled::server
