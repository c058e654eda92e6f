#include "server/operations/compute_environment.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

// Set in the program that was started anew: whatever becomes of the variables, it does not happen twice.
constexpr char kEntered[] = "MODULED_COMPUTE_ENVIRONMENT";

absl::Status Error(const char* what) { return absl::InternalError(absl::StrCat(what, ": ", std::strerror(errno))); }

}  // namespace

const std::vector<std::pair<std::string, std::string>>& ComputeVariables() {
  static const auto* const variables = new std::vector<std::pair<std::string, std::string>>{
      // Looks at the memory that a thread waits for, before it sleeps: 0.1 to 0.3 ms. To wake a thread takes some 50
      // us,
      // and within one run the next kernel is mostly nearer than that; after the run nobody spins for long.
      {"GOMP_SPINCOUNT", "10000"},
      // With the count above, this says no more than that threads also spin, a tenth as long, when there are more of
      // them than processors. There are: each executor keeps its own. But no more of them run than there are.
      {"OMP_WAIT_POLICY", "ACTIVE"},
      // Kernels divide the work themselves; OpenBLAS's threads are not safe to share between executors.
      {"OPENBLAS_NUM_THREADS", "1"},
  };
  return *variables;
}

absl::Status EnterComputeEnvironment(char** argv) {
  if (getenv(kEntered) != nullptr) return absl::OkStatus();
  bool all_set = true;
  for (const auto& [name, value] : ComputeVariables()) {
    if (getenv(name.c_str()) != nullptr) continue;
    all_set = false;
    if (setenv(name.c_str(), value.c_str(), 0) != 0) return Error("setenv");
  }
  if (all_set) return absl::OkStatus();
  if (setenv(kEntered, "1", 1) != 0) return Error("setenv");
  // The link's target, not the link: the process is called after it.
  char program[PATH_MAX] = {};
  if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0) return Error("/proc/self/exe");
  execv(program, argv);
  return Error("exec");
}

}  // namespace moduled::server
