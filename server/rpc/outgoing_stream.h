// A stream of messages to a client: at most one is being written, the next is made when it is gone.
//
// Slow clients cost one message here; what waits beyond that is the source's to bound. Wake, Next and gRPC's reactions
// may race on any threads: the source's Next is called by one thread at a time.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace moduled::server {

class OutgoingStream : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                       public std::enable_shared_from_this<OutgoingStream> {
 public:
  // gRPC holds the stream from Start until OnDone; whoever may wake it holds it too.
  template <class Stream, class... Arguments>
  static std::shared_ptr<Stream> Create(Arguments&&... arguments) {
    auto stream = std::make_shared<Stream>(std::forward<Arguments>(arguments)...);
    stream->self_ = stream;
    return stream;
  }

  // Looks for something to write. From any thread; does nothing once the stream has ended.
  void Wake();

 protected:
  struct Wait {};                                                   // Until Wake.
  using Step = std::variant<grpc::ByteBuffer, Wait, absl::Status>;  // A status ends the stream.
  // What comes next. Not called any more once it has returned a status, or the client has gone.
  virtual Step Next() = 0;
  // The client has gone.
  virtual void OnGone() {}
  // gRPC has let go: the last call.
  virtual void OnEnded() {}

 private:
  void OnWriteDone(bool ok) final;
  void OnCancel() final;
  void OnDone() final;
  void Pump();

  std::shared_ptr<OutgoingStream> self_;
  grpc::ByteBuffer message_;  // The one that is being written. Whoever is busy owns it.
  absl::Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;   // Somebody is in Next, or a message is being written.
  bool again_ ABSL_GUARDED_BY(mutex_) = false;  // Wake came while somebody was busy.
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

// A stream that says why there is none.
class FailedStream final : public OutgoingStream {
 public:
  static OutgoingStream* Create(absl::Status status);
  explicit FailedStream(absl::Status status) : status_(std::move(status)) {}

 private:
  Step Next() override { return status_; }

  const absl::Status status_;
};

}  // namespace moduled::server
