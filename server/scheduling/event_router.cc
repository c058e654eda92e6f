#include "server/scheduling/event_router.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

contract::HookKind ContractKind(nn::HookKind kind) {
  return kind == nn::HookKind::kForwardPre ? contract::HookKind::kForwardPre : contract::HookKind::kForward;
}

}  // namespace

EventRouter::EventRouter(Origin origin, const RequestHooks& hooks, const Interest* interest, size_t max_bytes,
                         OnEvent on_event, std::stop_source& stop)
    : origin_(std::move(origin)),
      hooks_(hooks),
      interest_(interest),
      max_bytes_(max_bytes),
      on_event_(std::move(on_event)),
      stop_(stop) {}

void EventRouter::OnObservation(nn::Observation observation) {
  const nn::ModuleCall& call = observation.call;
  const nn::HookKind kind = observation.kind;
  contract::HookEvent event{.model = origin_.model,
                            .replica = origin_.replica,
                            .request_id = origin_.request_id,
                            .path = call.path,
                            .called_as = call.called_as,
                            .type = call.type,
                            .call_index = static_cast<uint32_t>(call.call_index),
                            .kind = ContractKind(kind),
                            .inputs = std::move(observation.inputs),
                            .kwargs = std::move(observation.kwargs),
                            .output = std::nullopt};
  if (kind == nn::HookKind::kForward) event.output = std::move(observation.output);
  if (interest_ != nullptr) ToSubscribers(event, kind);
  if (hooks_.Wants(event.path, kind)) ToRequest(std::move(event), kind);
}

void EventRouter::ToSubscribers(const contract::HookEvent& event, nn::HookKind kind) {
  const std::pair<std::string, nn::HookKind> point(event.path, kind);
  std::shared_ptr<const contract::HookEvent> shared;
  for (const Watch& watch : *interest_) {
    if (!std::binary_search(watch.observed.begin(), watch.observed.end(), point)) continue;
    if (shared == nullptr) shared = std::make_shared<const contract::HookEvent>(event);
    watch.queue->Push(shared);
  }
}

void EventRouter::ToRequest(contract::HookEvent event, nn::HookKind kind) {
  if (!status_.ok()) return;  // The run ends at its next step.
  bytes_ += EventBytes(event);
  if (bytes_ > max_bytes_) {
    status_ = absl::ResourceExhaustedError(absl::StrCat("hooks: their values take more than ", max_bytes_,
                                                        " bytes (at ", event.path, "); select fewer modules"));
    stop_.request_stop();
    return;
  }
  fired_.insert(PointKey(event.path, kind));
  event.sequence = sequence_++;
  on_event_(std::move(event));
}

}  // namespace moduled::server
