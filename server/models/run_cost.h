// What a run of a model costs, judged by one that was measured: whether more than one thread is worth its while.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace moduled::server {

struct RunCost {
  // Waking a thread that sleeps takes some 50 us, and again where a run's threads wait for each other on a busy
  // machine. A run that is not several times as long is done before it gains by company, and leaves the other threads
  // to others.
  static constexpr absl::Duration kWorthSharing = absl::Microseconds(500);

  absl::Duration time = absl::InfiniteDuration();  // Of a run on one thread; infinite where none was measured.
  size_t bytes = 1;                                // Of its arguments.

  // Work grows with the arguments: a batch of a small model is as much as one call of a large one.
  bool IsWorthSharing(size_t argument_bytes) const {
    return time * (static_cast<double>(argument_bytes) / static_cast<double>(bytes)) >= kWorthSharing;
  }
};

}  // namespace moduled::server
