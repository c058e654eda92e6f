#include "server/operations/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <fstream>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace moduled::server {
namespace {

// x86's, then ARM's.
constexpr absl::string_view kProcessorKeys[] = {"vendor_id",       "cpu family",       "model",        "model name",
                                                "stepping",        "cache size",       "CPU part",     "CPU variant",
                                                "CPU implementer", "CPU architecture", "CPU revision", "Features"};

// Of the many flags of x86.
bool DecidesSpeed(absl::string_view flag) {
  constexpr absl::string_view kBeginnings[] = {"sse4", "avx", "amx", "fma", "f16c", "bmi"};
  return absl::c_any_of(kBeginnings, [&](absl::string_view beginning) { return absl::StartsWith(flag, beginning); });
}

}  // namespace

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

std::string ProcessorText(const std::string& cpuinfo) {
  std::ifstream file(cpuinfo);
  std::string text;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const absl::string_view key = absl::StripAsciiWhitespace({line.data(), colon});
    const absl::string_view value = absl::StripAsciiWhitespace(absl::string_view(line).substr(colon + 1));
    if (absl::c_linear_search(kProcessorKeys, key)) absl::StrAppend(&text, key, "=", value, "; ");
    if (key != "flags") continue;
    for (const absl::string_view flag : absl::StrSplit(value, ' ')) {
      if (DecidesSpeed(flag)) absl::StrAppend(&text, flag, " ");
    }
  }
  return text;
}

}  // namespace moduled::server
