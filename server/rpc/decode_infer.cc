#include "server/rpc/decode_infer.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "open_inference/grpc_service.pb.h"
#include "server/rpc/messages.h"
#include "server/rpc/needs.h"
#include "server/rpc/open_inference_codec.h"

namespace moduled::server {

absl::StatusOr<open_inference::InferCall> DecodeInfer(const grpc::ByteBuffer& bytes,
                                                      const absl::StatusOr<std::shared_ptr<const Caller>>& caller,
                                                      const absl::Status& admitted, std::string* id) {
  RETURN_IF_ERROR(caller.status());
  if (id == nullptr) RETURN_IF_ERROR(admitted);
  inference::ModelInferRequest message;
  RETURN_IF_ERROR(ParseBytes(bytes, message));
  if (id != nullptr) *id = message.id();
  RETURN_IF_ERROR(admitted);
  ASSIGN_OR_RETURN(open_inference::InferCall call, Decode(std::move(message)));
  RETURN_IF_ERROR((*caller)->Check(NeedOf(call)));
  return call;
}

}  // namespace moduled::server
