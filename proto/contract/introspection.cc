#include "proto/contract/introspection.h"

#include <future>
#include <utility>

namespace moduled::contract {

absl::StatusOr<PlanReply> DescribePlanAndWait(Introspection& introspection, PlanCall call) {
  std::promise<absl::StatusOr<PlanReply>> promise;
  std::future<absl::StatusOr<PlanReply>> future = promise.get_future();
  introspection.DescribePlan(std::move(call),
                             [&](absl::StatusOr<PlanReply> reply) { promise.set_value(std::move(reply)); });
  return future.get();
}

}  // namespace moduled::contract
