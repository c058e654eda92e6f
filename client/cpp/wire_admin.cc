#include "client/cpp/wire_admin.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "client/cpp/call.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/apply_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/state_dict_codec.h"

namespace moduled::client {

using Stub = v1::Admin::Stub;

WireAdmin::WireAdmin(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : stub_(v1::Admin::NewStub(channel)), options_(options) {}

absl::StatusOr<contract::ModelRef> WireAdmin::LoadModel(const contract::LoadModelCall& call) {
  v1::LoadModelRequest request;
  RETURN_IF_ERROR(contract::Encode(call, request));
  ASSIGN_OR_RETURN(const v1::LoadModelResponse response,
                   CallUnary<v1::LoadModelResponse>(*stub_, &Stub::LoadModel, request, options_.timeout));
  return contract::DecodeModelRef(response.model());
}

absl::StatusOr<std::vector<contract::ModelRef>> WireAdmin::UnloadModel(const contract::ModelRef& model) {
  v1::UnloadModelRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  ASSIGN_OR_RETURN(const v1::UnloadModelResponse response,
                   CallUnary<v1::UnloadModelResponse>(*stub_, &Stub::UnloadModel, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::LoadStateDictReply> WireAdmin::LoadStateDict(const contract::LoadStateDictCall& call) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  v1::LoadStateDictResponse response;
  const std::unique_ptr<grpc::ClientWriter<v1::LoadStateDictRequest>> writer =
      stub_->LoadStateDict(&context, &response);

  v1::LoadStateDictRequest first;
  contract::Encode(call, *first.mutable_options());
  v1::LoadStateDictRequest second;
  contract::StateDictSender sender({}, call.state_dict);
  sender.EncodeHeader(*second.mutable_header());
  // A write fails when the server has refused the rest; Finish says why.
  bool open = writer->Write(first) && writer->Write(second);
  for (v1::LoadStateDictRequest piece; open && sender.Next(*piece.mutable_data());) open = writer->Write(piece);
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return contract::FromGrpc(status);
  return contract::Decode(response);
}

absl::StatusOr<contract::ApplyReply> WireAdmin::Apply(const contract::ApplyCall& call) {
  v1::ApplyRequest request;
  contract::Encode(call, request);
  ASSIGN_OR_RETURN(const v1::ApplyResponse response,
                   CallUnary<v1::ApplyResponse>(*stub_, &Stub::Apply, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::ModelRef> WireAdmin::Train(const contract::ModelRef& model, const std::string& path,
                                                    bool mode) {
  v1::TrainRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  request.set_mode(mode);
  ASSIGN_OR_RETURN(const v1::TrainResponse response,
                   CallUnary<v1::TrainResponse>(*stub_, &Stub::Train, request, options_.timeout));
  return contract::DecodeModelRef(response.model());
}

absl::StatusOr<contract::ModelRef> WireAdmin::RequiresGrad(const contract::ModelRef& model, const std::string& path,
                                                           bool requires_grad) {
  v1::RequiresGradRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  request.set_requires_grad(requires_grad);
  ASSIGN_OR_RETURN(const v1::RequiresGradResponse response,
                   CallUnary<v1::RequiresGradResponse>(*stub_, &Stub::RequiresGrad, request, options_.timeout));
  return contract::DecodeModelRef(response.model());
}

}  // namespace moduled::client
