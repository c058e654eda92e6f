// ModelStreamInfer: requests in, answers out, each as soon as it is ready. An error is an answer too, unless the client
// asked for it to end the stream.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/open_inference/service.h"
#include "server/rpc/intake.h"

namespace moduled::server {

// Reads the next request only while fewer than kMaxPending are on their way or wait to be written: a client that does
// not read its answers is not read from either.
class InferStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr int kMaxPending = 64;

  // gRPC holds it until OnDone, and so does every request that is on its way.
  static InferStream* Create(open_inference::Service& service, const grpc::CallbackServerContext& context,
                             const Intake& intake);

 private:
  // An answer, and what counts it and its request until it was sent.
  struct Message {
    grpc::ByteBuffer bytes;
    AdmissionTicket ticket;
  };

  InferStream(open_inference::Service& service, const grpc::CallbackServerContext& context, const Intake& intake);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Take(const grpc::ByteBuffer& request);
  void Answer(const std::string& id, const absl::StatusOr<open_inference::InferReply>& reply, AdmissionTicket ticket);
  absl::StatusOr<grpc::ByteBuffer> BytesOf(const std::string& id,
                                           const absl::StatusOr<open_inference::InferReply>& reply) const;
  // Reads, writes or finishes, as long as there is something to do.
  void Advance();
  bool AdvanceOnce();

  open_inference::Service& service_;
  ByteAdmission& admission_;
  const absl::Time deadline_;
  const absl::StatusOr<std::shared_ptr<const Caller>> caller_;
  const bool errors_end_stream_;
  const size_t max_bytes_;
  std::stop_source stop_;
  std::shared_ptr<InferStream> self_;
  grpc::ByteBuffer request_;  // The one that is being read.
  Message response_;          // The one that is being written.

  absl::Mutex mutex_;
  std::deque<Message> answers_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  int starting_ ABSL_GUARDED_BY(mutex_) = 0;          // Threads on their way to start something: too early to finish.
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;  // No more requests will come.
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);  // The error that ends the stream.
};

}  // namespace moduled::server
