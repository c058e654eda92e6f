#include "server/operations/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace moduled::server {
namespace {

// Reached from the handler, which has no other way to anything.
int word_read = -1;
int word_write = -1;
std::atomic<bool> received = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void OnSignal(int signal) {
  if (received.exchange(true)) _exit(128 + signal);
  const int before = errno;
  const char word = 0;
  [[maybe_unused]] const ssize_t written = write(word_write, &word, 1);  // An empty pipe has room for it.
  errno = before;
}

}  // namespace

Signals::Signals() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) == 0) {
    word_read = ends[0];
    word_write = ends[1];
  }
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  // A client that goes away while it is written to is no reason to die.
  std::signal(SIGPIPE, SIG_IGN);
}

void Signals::Wait() {
  // poll, since it comes back for a signal and read does not: ThreadSanitizer runs handlers when a call comes back.
  pollfd word = {.fd = word_read, .events = POLLIN, .revents = 0};
  while (poll(&word, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace moduled::server
