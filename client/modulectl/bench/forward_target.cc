#include "client/modulectl/bench/forward_target.h"

#include <grpcpp/support/slice.h>

#include "client/cpp/channel.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/inference_codec.h"

namespace moduled::modulectl::bench {

absl::StatusOr<Target> ForwardTarget(const std::string& address, const client::ClientOptions& options,
                                     const std::vector<contract::ForwardCall>& calls) {
  Target target;
  target.connect = [address, options] { return client::OwnChannel(address, options); };
  target.method = "/moduled.v1.Inference/Forward";
  target.timeout = options.timeout;
  for (const contract::ForwardCall& call : calls) {
    v1::ForwardRequest message;
    RETURN_IF_ERROR(contract::Encode(call, message));
    const grpc::Slice bytes(message.SerializeAsString());
    target.requests.emplace_back(&bytes, 1);
  }
  return target;
}

}  // namespace moduled::modulectl::bench
