// Gives memory that was freed back to the system: free keeps what it is given for whoever asks next, and after a model
// has gone that may be nobody.
#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace moduled::server {

// Thread-safe. One for the process: it sets malloc's bounds too.
class HeapTrimmer {
 public:
  HeapTrimmer();
  ~HeapTrimmer();

  // Soon, and twice more in the seconds after that: the messages of the model's last calls are freed when gRPC has done
  // with them, which nobody tells. Never waits.
  void TrimSoon();

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || asked_; }
  // Until the time, or more work. False if there is to be no more.
  bool WaitUntil(absl::Time time);

  absl::Mutex mutex_;
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // The last member: it uses the others.
};

}  // namespace moduled::server
