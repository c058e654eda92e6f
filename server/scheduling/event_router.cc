#include "server/scheduling/event_router.h"

#include <memory>
#include <utility>

#include "server/hooks/hook_kind.h"

namespace moduled::server {
namespace {

// The event of one hook with a transform, still with the values as they are.
contract::HookEvent OwnEvent(const contract::HookEvent& event, uint32_t hook) {
  contract::HookEvent own = event;
  KeepSubject(own);
  own.hook = hook;
  return own;
}

}  // namespace

EventRouter::EventRouter(Origin origin, const InputNames& inputs, const RequestHooks& hooks, const Interest* interest,
                         RequestEvents& events)
    : origin_(std::move(origin)), inputs_(inputs), hooks_(hooks), interest_(interest), events_(events) {}

void EventRouter::OnObservation(nn::Observation observation) {
  const nn::HookKind kind = observation.kind;
  contract::HookEvent event = EventOf(std::move(observation));
  if (interest_ != nullptr) ToSubscribers(event, kind);
  ToRequest(std::move(event), kind);
}

contract::HookEvent EventRouter::EventOf(nn::Observation observation) const {
  const nn::ModuleCall& call = observation.call;
  contract::HookEvent event{.model = origin_.model,
                            .replica = origin_.replica,
                            .request_id = origin_.request_id,
                            .path = call.path,
                            .called_as = call.called_as,
                            .type = call.type,
                            .call_index = static_cast<uint32_t>(call.call_index),
                            .kind = ContractKind(observation.kind),
                            .inputs = std::move(observation.inputs),
                            .kwargs = std::move(observation.kwargs),
                            .output = std::nullopt,
                            .grad_input = std::move(observation.grad_input),
                            .grad_output = std::move(observation.grad_output)};
  if (observation.kind == nn::HookKind::kForward) event.output = std::move(observation.output);
  if (call.subject == nn::ModuleCall::Subject::kLeaf) {
    event.path = inputs_.FromEngine(event.path);
    event.called_as = inputs_.FromEngine(event.called_as);
  }
  return event;
}

void EventRouter::ToSubscribers(const contract::HookEvent& event, nn::HookKind kind) {
  std::shared_ptr<const contract::HookEvent> shared;
  for (const Watch& watch : *interest_) {
    bool wants_shared = false;
    for (const uint32_t hook : watch.hooks.FiringAt(event.path, kind, event.call_index)) {
      if (watch.transforms[hook] == nullptr) {
        wants_shared = true;
      } else {
        watch.queue->Push(std::make_shared<const contract::HookEvent>(OwnEvent(event, hook)), watch.transforms[hook]);
      }
    }
    if (!wants_shared) continue;
    if (shared == nullptr) shared = std::make_shared<const contract::HookEvent>(event);
    watch.queue->Push(shared);
  }
}

void EventRouter::ToRequest(contract::HookEvent event, nn::HookKind kind) {
  bool wants_shared = false;
  for (const uint32_t hook : hooks_.set().FiringAt(event.path, kind, event.call_index)) {
    fired_.emplace(hook, event.path);
    if (hooks_.transform(hook) == nullptr) {
      wants_shared = true;
    } else {
      events_.Add(OwnEvent(event, hook), hooks_.transform(hook));
    }
  }
  if (wants_shared) events_.Add(std::move(event));
}

}  // namespace moduled::server
