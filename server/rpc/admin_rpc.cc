#include "server/rpc/admin_rpc.h"

#include "proto/contract/codec/admin_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "server/rpc/state_dict_upload.h"

namespace moduled::server {

grpc::ServerUnaryReactor* AdminRpc::LoadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) {
  return AnswerOn<v1::LoadModelRequest, v1::LoadModelResponse>(
      worker_, {context, request, response}, max_bytes_,
      [this](const v1::LoadModelRequest& call, v1::LoadModelResponse& reply) {
        const absl::StatusOr<contract::ModelRef> loaded = admin_.LoadModel(contract::Decode(call));
        if (loaded.ok()) contract::EncodeModelRef(*loaded, *reply.mutable_model());
        return loaded.status();
      });
}

grpc::ServerUnaryReactor* AdminRpc::UnloadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  return AnswerOn<v1::UnloadModelRequest, v1::UnloadModelResponse>(
      worker_, {context, request, response}, max_bytes_,
      [this](const v1::UnloadModelRequest& call, v1::UnloadModelResponse& reply) {
        const absl::StatusOr<std::vector<contract::ModelRef>> unloaded =
            admin_.UnloadModel(contract::DecodeModelRef(call.model()));
        if (unloaded.ok()) contract::Encode(*unloaded, reply);
        return unloaded.status();
      });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* AdminRpc::LoadStateDict(grpc::CallbackServerContext*,
                                                                   grpc::ByteBuffer* response) {
  return new StateDictUpload(admin_, worker_, response, max_bytes_, max_state_dict_bytes_);  // Its OnDone deletes it.
}

}  // namespace moduled::server
