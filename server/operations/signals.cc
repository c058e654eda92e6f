#include "server/operations/signals.h"

#include <unistd.h>

#include <cerrno>
#include <thread>

namespace moduled::server {

Signals::Signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A client that goes away while it is written to is no reason to die.
  std::signal(SIGPIPE, SIG_IGN);
}

void Signals::Wait() {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
}

void Signals::EndAtOnceOnTheNext() {
  std::thread([set = set_] {
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
    _exit(128 + signal);
  }).detach();
}

}  // namespace moduled::server
