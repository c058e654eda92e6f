#include "client/cpp/wire_inference.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "client/cpp/async_call.h"
#include "proto/contract/codec/backward_codec.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/inference_codec.h"

namespace moduled::client {
namespace {

constexpr auto kDecode = [](auto&& message) { return contract::Decode(std::move(message)); };

// A streamed call: reads events one by one, and deletes itself at the end.
class StreamCall final : public grpc::ClientReadReactor<v1::ForwardStreamResponse> {
 public:
  StreamCall(contract::Inference::OnEvent on_event, contract::Inference::Done done)
      : on_event_(std::move(on_event)), done_(std::move(done)) {}

  // Deletes itself when `done` has been called.
  void Start(v1::Inference::Stub& stub, const contract::ForwardCall& call, absl::Duration timeout) {
    if (absl::Status status = wire_.Start(call, timeout); !status.ok()) {
      std::move(done_)(std::move(status));
      delete this;
      return;
    }
    stub.async()->ForwardStream(&wire_.context, &wire_.request, this);
    StartRead(&message_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (message_.has_event()) {
      absl::StatusOr<contract::HookEvent> event = contract::DecodeEvent(std::move(*message_.mutable_event()));
      if (event.ok()) {
        on_event_(*std::move(event));
      } else {
        Fail(event.status());
      }
    } else {
      reply_ = contract::Decode(std::move(*message_.mutable_response()));
    }
    StartRead(&message_);
  }

  void OnDone(const grpc::Status& status) override {
    wire_.on_stop.reset();  // Waits for a callback that is running.
    if (!status.ok()) reply_ = contract::FromGrpc(status);
    if (!error_.ok()) reply_ = std::move(error_);
    contract::Inference::Done done = std::move(done_);
    absl::StatusOr<contract::ForwardReply> reply = std::move(reply_);
    delete this;  // Before its answer is handed over: see AsyncCall.
    std::move(done)(std::move(reply));
  }

 private:
  void Fail(absl::Status error) {
    if (error_.ok()) error_ = std::move(error);
    wire_.context.TryCancel();
  }

  Wire<v1::ForwardRequest> wire_;
  contract::Inference::OnEvent on_event_;
  contract::Inference::Done done_;
  v1::ForwardStreamResponse message_;
  absl::Status error_;
  absl::StatusOr<contract::ForwardReply> reply_ = absl::InternalError("the server ended the stream without a response");
};

}  // namespace

WireInference::WireInference(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : stub_(v1::Inference::NewStub(channel)), options_(options) {}

void WireInference::Forward(contract::ForwardCall call, Done done) {
  CallAsync<v1::ForwardRequest, v1::ForwardResponse>(
      call, options_.timeout, std::move(done), kDecode,
      [this](auto* context, auto* request, auto* response, auto callback) {
        stub_->async()->Forward(context, request, response, std::move(callback));
      });
}

void WireInference::Backward(contract::BackwardCall call, BackwardDone done) {
  CallAsync<v1::BackwardRequest, v1::BackwardResponse>(
      call, options_.timeout, std::move(done), kDecode,
      [this](auto* context, auto* request, auto* response, auto callback) {
        stub_->async()->Backward(context, request, response, std::move(callback));
      });
}

void WireInference::ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) {
  auto* stream = new StreamCall(std::move(on_event), std::move(done));  // Deleted by its OnDone.
  stream->Start(*stub_, call, options_.timeout);
}

}  // namespace moduled::client
