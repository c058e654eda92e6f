// The signals that end the server. The handler only leaves word; whoever waits does the rest.
//
// A mask and sigwait would not do: a library that starts threads while it is loaded has them take the signal unmasked.
#pragma once

namespace moduled::server {

// Once in a process.
class Signals {
 public:
  // From now on the first SIGTERM or SIGINT is waited for, and the second ends the process at once, with the status of
  // a process that was killed by it.
  Signals();

  // Waits for the first one.
  void Wait();
};

}  // namespace moduled::server
