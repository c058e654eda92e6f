// Hands what a run's hooks see to those who want it: the request itself, and subscribers.
#pragma once

#include <string>
#include <vector>

#include "nn/plan/observer.h"
#include "proto/contract/hooks.h"
#include "server/hooks/subscription_hub.h"
#include "server/scheduling/request_events.h"
#include "server/scheduling/request_hooks.h"

namespace moduled::server {

// One run's observer; lives on the executor for as long as the run.
class EventRouter final : public nn::Observer {
 public:
  // What all events of the run have in common.
  struct Origin {
    contract::ModelRef model;
    std::string replica;
    std::string request_id;
  };

  // `events` gets what the request's own hooks ask for. All references must outlive the router; `interest` may be null.
  EventRouter(Origin origin, const InputNames& inputs, const RequestHooks& hooks, const Interest* interest,
              RequestEvents& events);

  void OnObservation(nn::Observation observation) override;

  // The request's hooks that fired.
  const FiredHooks& fired() const { return fired_; }

 private:
  contract::HookEvent EventOf(nn::Observation observation) const;
  void ToSubscribers(const contract::HookEvent& event, nn::HookKind kind);
  void ToRequest(contract::HookEvent event, nn::HookKind kind);

  const Origin origin_;
  const InputNames& inputs_;
  const RequestHooks& hooks_;
  const Interest* const interest_;
  RequestEvents& events_;
  FiredHooks fired_;
};

}  // namespace moduled::server
