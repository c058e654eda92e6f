#include "server/rpc/admin_rpc.h"

#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/apply_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "server/rpc/state_dict_upload.h"

namespace moduled::server {

grpc::ServerUnaryReactor* AdminRpc::LoadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) {
  return AnswerOn<v1::LoadModelRequest, v1::LoadModelResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::LoadModelRequest& call, v1::LoadModelResponse& reply) {
        const absl::StatusOr<contract::ModelRef> loaded = admin_.LoadModel(contract::Decode(call));
        if (loaded.ok()) contract::EncodeModelRef(*loaded, *reply.mutable_model());
        return loaded.status();
      });
}

grpc::ServerUnaryReactor* AdminRpc::UnloadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  return AnswerOn<v1::UnloadModelRequest, v1::UnloadModelResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::UnloadModelRequest& call, v1::UnloadModelResponse& reply) {
        const absl::StatusOr<std::vector<contract::ModelRef>> unloaded =
            admin_.UnloadModel(contract::DecodeModelRef(call.model()));
        if (unloaded.ok()) contract::Encode(*unloaded, reply);
        return unloaded.status();
      });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* AdminRpc::LoadStateDict(grpc::CallbackServerContext* context,
                                                                   grpc::ByteBuffer* response) {
  return new StateDictUpload(admin_, worker_, intake_.CallerOf(*context), response, intake_.max_message_bytes,
                             max_state_dict_bytes_);  // Its OnDone deletes it.
}

grpc::ServerUnaryReactor* AdminRpc::Apply(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) {
  return AnswerOn<v1::ApplyRequest, v1::ApplyResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::ApplyRequest& message, v1::ApplyResponse& reply) {
        const absl::StatusOr<contract::ApplyCall> call = contract::Decode(message);
        if (!call.ok()) return call.status();
        const absl::StatusOr<contract::ApplyReply> applied = admin_.Apply(*call);
        if (applied.ok()) contract::Encode(*applied, reply);
        return applied.status();
      });
}

grpc::ServerUnaryReactor* AdminRpc::Train(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) {
  return AnswerOn<v1::TrainRequest, v1::TrainResponse>(
      worker_, {context, request, response}, intake_, [this](const v1::TrainRequest& call, v1::TrainResponse& reply) {
        const absl::StatusOr<contract::ModelRef> model =
            admin_.Train(contract::DecodeModelRef(call.model()), call.path(), call.has_mode() ? call.mode() : true);
        if (model.ok()) contract::EncodeModelRef(*model, *reply.mutable_model());
        return model.status();
      });
}

grpc::ServerUnaryReactor* AdminRpc::RequiresGrad(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AnswerOn<v1::RequiresGradRequest, v1::RequiresGradResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::RequiresGradRequest& call, v1::RequiresGradResponse& reply) {
        const absl::StatusOr<contract::ModelRef> model =
            admin_.RequiresGrad(contract::DecodeModelRef(call.model()), call.path(),
                                call.has_requires_grad() ? call.requires_grad() : true);
        if (model.ok()) contract::EncodeModelRef(*model, *reply.mutable_model());
        return model.status();
      });
}

}  // namespace moduled::server
