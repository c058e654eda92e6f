#include "server/rpc/infer_stream.h"

#include <utility>

#include "open_inference/grpc_service.pb.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/call_context.h"
#include "server/rpc/decode_infer.h"
#include "server/rpc/messages.h"
#include "server/rpc/open_inference_codec.h"

namespace moduled::server {
namespace {

constexpr char kErrorsEndStream[] = "triton_grpc_error";

bool ErrorsEndStream(const grpc::CallbackServerContext& context) {
  const auto asked = context.client_metadata().find(kErrorsEndStream);
  return asked != context.client_metadata().end() && asked->second == "true";
}

}  // namespace

InferStream* InferStream::Create(open_inference::Service& service, const grpc::CallbackServerContext& context,
                                 const Intake& intake) {
  const std::shared_ptr<InferStream> stream(new InferStream(service, context, intake));
  stream->self_ = stream;
  stream->Advance();
  return stream.get();
}

InferStream::InferStream(open_inference::Service& service, const grpc::CallbackServerContext& context,
                         const Intake& intake)
    : service_(service),
      admission_(intake.admission),
      deadline_(ContextOf(context, {}).deadline),
      caller_(intake.CallerOf(context)),
      errors_end_stream_(ErrorsEndStream(context)),
      max_bytes_(intake.max_message_bytes) {
  if (!caller_.ok()) end_ = caller_.status();  // Nothing is read.
}

void InferStream::OnReadDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (ok) {
      ++running_;
    } else {
      half_closed_ = true;
    }
  }
  if (ok) Take(request_);
  Advance();
}

void InferStream::Take(const grpc::ByteBuffer& request) {
  std::string id;
  AdmissionTicket ticket;
  const absl::Status admitted = admission_.Admit(request.Length(), ticket);
  absl::StatusOr<open_inference::InferCall> call = DecodeInfer(request, caller_, admitted, &id);
  if (!call.ok()) return Answer(id, call.status(), std::move(ticket));
  call->context.deadline = deadline_;
  call->context.cancelled = stop_.get_token();
  service_.Infer(*std::move(call), [self = self_, id = std::move(id), ticket = std::move(ticket)](
                                       const absl::StatusOr<open_inference::InferReply>& reply) mutable {
    self->Answer(id, reply, std::move(ticket));
    self->Advance();
  });
}

absl::StatusOr<grpc::ByteBuffer> InferStream::BytesOf(const std::string& id,
                                                      const absl::StatusOr<open_inference::InferReply>& reply) const {
  constexpr int kResponse = inference::ModelStreamInferResponse::kInferResponseFieldNumber;
  absl::Status error = reply.status();
  if (reply.ok()) {
    absl::StatusOr<grpc::ByteBuffer> bytes = ToBytes(*reply, kResponse, max_bytes_);
    if (bytes.ok()) return bytes;
    error = bytes.status();
  }
  if (errors_end_stream_) return error;
  inference::ModelStreamInferResponse message;
  message.set_error_message(std::string(error.message()));
  message.mutable_infer_response()->set_id(id);
  return SerializeToBytes(message, max_bytes_);
}

void InferStream::Answer(const std::string& id, const absl::StatusOr<open_inference::InferReply>& reply,
                         AdmissionTicket ticket) {
  absl::StatusOr<grpc::ByteBuffer> bytes = BytesOf(id, reply);
  if (bytes.ok()) ticket.Add(bytes->Length());
  absl::MutexLock lock(&mutex_);
  --running_;
  if (bytes.ok()) {
    answers_.push_back({*std::move(bytes), std::move(ticket)});
  } else if (!end_.has_value()) {
    end_ = bytes.status();
  }
}

void InferStream::Advance() {
  while (AdvanceOnce()) {
  }
}

bool InferStream::AdvanceOnce() {
  bool read = false;
  bool write = false;
  absl::Status end;
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return false;
    const int pending = running_ + static_cast<int>(answers_.size());
    if (!reading_ && !half_closed_ && !end_.has_value() && pending < kMaxPending) read = reading_ = true;
    if (!writing_ && !answers_.empty()) {
      write = writing_ = true;
      response_ = std::move(answers_.front());
      answers_.pop_front();
    }
    if (read || write) {
      ++starting_;
    } else {
      const bool is_over = end_.has_value() || (half_closed_ && running_ == 0);
      if (!is_over || writing_ || starting_ > 0) return false;
      finished_ = true;
      end = end_.value_or(absl::OkStatus());
    }
  }
  // gRPC may call back at once: not under the lock.
  if (read) StartRead(&request_);
  if (write) StartWrite(&response_.bytes);
  if (!read && !write) {
    Finish(contract::ToGrpc(end));
    return false;
  }
  absl::MutexLock lock(&mutex_);
  --starting_;
  return true;
}

void InferStream::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    response_ = {};
    writing_ = false;
    if (!ok) {
      answers_.clear();
      if (!end_.has_value()) end_ = absl::CancelledError("the client has gone");
    }
  }
  Advance();
}

void InferStream::OnCancel() {
  stop_.request_stop();
  {
    absl::MutexLock lock(&mutex_);
    answers_.clear();
    if (!end_.has_value()) end_ = absl::CancelledError("the client has gone");
  }
  Advance();
}

void InferStream::OnDone() {
  stop_.request_stop();
  const std::shared_ptr<InferStream> last = std::move(self_);
}

}  // namespace moduled::server
