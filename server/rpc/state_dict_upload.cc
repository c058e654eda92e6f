#include "server/rpc/state_dict_upload.h"

#include <utility>

#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/messages.h"
#include "server/rpc/needs.h"

namespace moduled::server {

StateDictUpload::StateDictUpload(contract::Admin& admin, WorkerThread& worker,
                                 absl::StatusOr<std::shared_ptr<const Caller>> caller, grpc::ByteBuffer* response,
                                 size_t max_message_bytes, size_t max_state_dict_bytes)
    : admin_(admin),
      worker_(worker),
      caller_(std::move(caller)),
      response_(response),
      max_bytes_(max_message_bytes),
      assembler_(max_state_dict_bytes) {
  if (!caller_.ok()) {
    Finish(contract::ToGrpc(caller_.status()));
    return;
  }
  StartRead(&piece_);
}

void StateDictUpload::OnReadDone(bool ok) {
  if (!ok) {  // The client has said all, or has gone: an incomplete state_dict changes nothing.
    worker_.Post([this] { Load(); });
    return;
  }
  v1::LoadStateDictRequest piece;
  absl::Status status = ParseBytes(piece_, piece);
  if (status.ok()) status = Take(piece);
  if (!status.ok()) {
    Finish(contract::ToGrpc(status));
    return;
  }
  piece_.Clear();
  StartRead(&piece_);
}

absl::Status StateDictUpload::Take(const v1::LoadStateDictRequest& piece) {
  switch (piece.kind_case()) {
    case v1::LoadStateDictRequest::kOptions:
      if (std::exchange(has_options_, true)) return absl::InvalidArgumentError("options: sent twice");
      if (absl::Status status = (*caller_)->Check(NeedOf(piece.options())); !status.ok()) return status;
      call_ = contract::Decode(piece.options());
      return absl::OkStatus();
    case v1::LoadStateDictRequest::kHeader:
      if (!has_options_) return absl::InvalidArgumentError("header: came before the options");
      return assembler_.Begin(piece.header());
    case v1::LoadStateDictRequest::kData:
      return assembler_.Add(piece.data());
    case v1::LoadStateDictRequest::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("kind: not set (want options, header or data)");
}

void StateDictUpload::Load() { Finish(contract::ToGrpc(LoadInto())); }

absl::Status StateDictUpload::LoadInto() {
  if (!has_options_) return absl::InvalidArgumentError("options: missing");
  absl::StatusOr<nn::StateDict> state_dict = assembler_.Finish();
  if (!state_dict.ok()) return state_dict.status();
  call_.state_dict = *std::move(state_dict);
  const absl::StatusOr<contract::LoadStateDictReply> reply = admin_.LoadStateDict(call_);
  if (!reply.ok()) return reply.status();
  v1::LoadStateDictResponse message;
  contract::Encode(*reply, message);
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(message, max_bytes_);
  if (bytes.ok()) *response_ = *std::move(bytes);
  return bytes.status();
}

}  // namespace moduled::server
