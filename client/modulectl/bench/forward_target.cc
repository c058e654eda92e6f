#include "client/modulectl/bench/forward_target.h"

#include <grpcpp/support/slice.h>

#include "client/cpp/channel.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/inference_codec.h"

namespace moduled::modulectl::bench {

absl::StatusOr<Target> ForwardTarget(const std::string& address, absl::Duration timeout,
                                     const std::vector<contract::ForwardCall>& calls) {
  Target target;
  target.connect = [address] { return client::OwnChannel(address, {}); };
  target.method = "/moduled.v1.Inference/Forward";
  target.timeout = timeout;
  for (const contract::ForwardCall& call : calls) {
    v1::ForwardRequest message;
    RETURN_IF_ERROR(contract::Encode(call, message));
    const grpc::Slice bytes(message.SerializeAsString());
    target.requests.emplace_back(&bytes, 1);
  }
  return target;
}

}  // namespace moduled::modulectl::bench
