// A real `moduled` in a process of its own, for tests and benchmarks.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace moduled::testing {

class ServerProcess {
 public:
  // Starts `binary --repository REPOSITORY --listen 127.0.0.1:0 ARGUMENTS…` and waits until it says where it listens.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(const std::string& binary, const std::string& repository,
                                                              const std::vector<std::string>& arguments = {});
  // Kills the process if it still runs.
  ~ServerProcess();

  const std::string& address() const { return address_; }
  pid_t pid() const { return pid_; }

  void Signal(int signal) const;
  // Waits for the end: the exit status, or minus the signal that ended it.
  int Wait();

 private:
  ServerProcess(pid_t pid, int output) : pid_(pid), output_(output) {}
  absl::Status ReadAddress();

  pid_t pid_;
  int output_;  // The server's standard output.
  std::string address_;
  bool waited_ = false;
};

}  // namespace moduled::testing
