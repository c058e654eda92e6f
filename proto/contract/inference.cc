#include "proto/contract/inference.h"

#include <future>

namespace moduled::contract {

absl::StatusOr<ForwardReply> ForwardAndWait(Inference& inference, ForwardCall call) {
  std::promise<absl::StatusOr<ForwardReply>> promise;
  std::future<absl::StatusOr<ForwardReply>> future = promise.get_future();
  inference.Forward(std::move(call), [&](absl::StatusOr<ForwardReply> reply) { promise.set_value(std::move(reply)); });
  return future.get();
}

absl::StatusOr<BackwardReply> BackwardAndWait(Inference& inference, BackwardCall call) {
  std::promise<absl::StatusOr<BackwardReply>> promise;
  std::future<absl::StatusOr<BackwardReply>> future = promise.get_future();
  inference.Backward(std::move(call),
                     [&](absl::StatusOr<BackwardReply> reply) { promise.set_value(std::move(reply)); });
  return future.get();
}

}  // namespace moduled::contract
