// The signals that end the server, received by waiting: nothing happens in a handler.
#pragma once

#include <csignal>

namespace moduled::server {

class Signals {
 public:
  // Before the first thread is started, so that every thread leaves SIGTERM and SIGINT to whoever waits here.
  Signals();

  // Waits for the first one.
  void Wait();
  // From now on the next one ends the process at once, with the status of a process that it killed.
  void EndAtOnceOnTheNext();

 private:
  sigset_t set_;
};

}  // namespace moduled::server
