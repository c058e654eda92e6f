#include "tests/support/server_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nn/tensor/status_macros.h"

extern char** environ;

namespace moduled::testing {

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::string& binary,
                                                                    const std::string& repository,
                                                                    const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {binary, "--repository", repository, "--listen", "127.0.0.1:0"};
  // A port that is one more to be had, for the few who want it.
  const auto is_http = [](const std::string& argument) { return absl::StartsWith(argument, "--http"); };
  if (std::none_of(arguments.begin(), arguments.end(), is_http)) words.insert(words.end(), {"--http", ""});
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, binary.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return absl::NotFoundError(absl::StrCat(binary, ": ", std::strerror(error)));
  }
  std::unique_ptr<ServerProcess> process(new ServerProcess(pid, ends[0]));
  RETURN_IF_ERROR(process->ReadAddress());
  return process;
}

absl::Status ServerProcess::ReadAddress() {
  constexpr absl::string_view kPrefix = "listening on ";
  std::string line;
  for (char c; read(output_, &c, 1) == 1;) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (absl::StartsWith(line, kPrefix)) {
      address_ = std::string(absl::StripPrefix(line, kPrefix));
      return absl::OkStatus();
    }
    line.clear();
  }
  return absl::UnavailableError("the server ended before it listened");
}

ServerProcess::~ServerProcess() {
  if (!waited_) {
    Signal(SIGKILL);
    Wait();
  }
  close(output_);
}

void ServerProcess::Signal(int signal) const { kill(pid_, signal); }

int ServerProcess::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  waited_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace moduled::testing
