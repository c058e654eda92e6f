#include "client/modulectl/bench/interrupt.h"

#include <csignal>

namespace moduled::modulectl::bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void NoteInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted != 0; }

}  // namespace moduled::modulectl::bench
