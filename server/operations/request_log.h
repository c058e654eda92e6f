// A line of the log for each call that ended.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/scheduling/request_record.h"

namespace moduled::server {

// Thread-safe. Failures of the server's own are warnings, of which so many come in a second at most: the next line says
// how many were left out. Other calls are at "info" where all are wanted, else at "debug".
class RequestLog {
 public:
  static constexpr int kWarningsPerSecond = 10;

  explicit RequestLog(bool wants_all) : wants_all_(wants_all) {}

  void Add(const RequestRecord& record);

 private:
  void Warn(const RequestRecord& record);

  const bool wants_all_;
  absl::Mutex mutex_;
  int64_t second_ ABSL_GUARDED_BY(mutex_) = 0;  // That is counted for, since the epoch.
  int warnings_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace moduled::server
