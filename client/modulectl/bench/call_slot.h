// The place of one call: a load has so many calls under way as it has slots, and no more.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "client/modulectl/bench/sample.h"
#include "client/modulectl/bench/target.h"

namespace moduled::modulectl::bench {

class CallSlot {
 public:
  // All must outlive the slot. `first_request` is where it starts in the target's requests.
  CallSlot(const Target& target, grpc::GenericStub& stub, grpc::CompletionQueue& queue, size_t first_request);

  // Sends the next call; the queue gives the slot back when it has ended. Requires that no call is under way.
  void Start(bool late);
  // The call that the queue said has ended.
  Sample Finish();
  void Cancel();

 private:
  const Target& target_;
  grpc::GenericStub& stub_;
  grpc::CompletionQueue& queue_;
  size_t next_request_;
  std::optional<grpc::ClientContext> context_;  // gRPC wants a new one for each call.
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  Sample sample_;
};

}  // namespace moduled::modulectl::bench
