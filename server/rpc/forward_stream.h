// The events of one request on their way to its client, and the reply behind them.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/contract/inference.h"
#include "server/rpc/outgoing_stream.h"
#include "server/scheduling/byte_admission.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

// What waits is bounded by what one request's hooks may see. Add and End come from an executor, which is not to be kept
// from its next run: encoding and sending happen on the delivery thread and on gRPC's.
class ForwardStream final : public OutgoingStream {
 public:
  ForwardStream(WorkerThread& delivery, size_t max_message_bytes, AdmissionTicket ticket)
      : delivery_(delivery), max_bytes_(max_message_bytes), ticket_(std::move(ticket)) {}

  std::stop_token cancelled() const { return stop_.get_token(); }
  void Add(contract::HookEvent event);
  void End(absl::StatusOr<contract::ForwardReply> reply);

 private:
  Step Next() override;
  void OnGone() override;
  void Notify();

  WorkerThread& delivery_;
  const size_t max_bytes_;
  const AdmissionTicket ticket_;  // For as long as the call lasts.
  std::stop_source stop_;
  std::atomic<bool> notified_ = false;  // A wake-up is on its way.
  bool replied_ = false;                // Next's alone.
  absl::Mutex mutex_;
  std::deque<contract::HookEvent> events_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::StatusOr<contract::ForwardReply>> reply_ ABSL_GUARDED_BY(mutex_);
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace moduled::server
