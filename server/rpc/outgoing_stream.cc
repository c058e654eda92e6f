#include "server/rpc/outgoing_stream.h"

#include <utility>

#include "proto/contract/codec/status_bridge.h"

namespace moduled::server {

void OutgoingStream::Wake() {
  {
    absl::MutexLock lock(&mutex_);
    again_ = true;
    if (busy_ || finished_) return;
    busy_ = true;
  }
  Pump();
}

// Requires busy_, set by the caller. gRPC's operations and Next are called without the lock: they may call back.
void OutgoingStream::Pump() {
  while (true) {
    bool gone = false;
    {
      absl::MutexLock lock(&mutex_);
      again_ = false;
      gone = gone_;
    }
    Step step = gone ? Step(absl::CancelledError("the client has gone")) : Next();
    if (auto* message = std::get_if<grpc::ByteBuffer>(&step)) {
      message_ = std::move(*message);
      StartWrite(&message_);  // OnWriteDone goes on.
      return;
    }
    if (const auto* status = std::get_if<absl::Status>(&step)) {
      {
        absl::MutexLock lock(&mutex_);
        finished_ = true;
      }
      Finish(contract::ToGrpc(*status));  // From here on only OnDone follows.
      return;
    }
    absl::MutexLock lock(&mutex_);
    if (again_ || gone_) continue;
    busy_ = false;
    return;
  }
}

void OutgoingStream::OnWriteDone(bool ok) {
  message_.Clear();
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    gone_ = true;
  }
  Pump();
}

void OutgoingStream::OnCancel() {
  {
    absl::MutexLock lock(&mutex_);
    gone_ = true;
  }
  OnGone();
  Wake();
}

void OutgoingStream::OnDone() {
  const std::shared_ptr<OutgoingStream> last = std::move(self_);
  OnEnded();
}

OutgoingStream* FailedStream::Create(absl::Status status) {
  const auto stream = OutgoingStream::Create<FailedStream>(std::move(status));
  stream->Wake();
  return stream.get();
}

}  // namespace moduled::server
