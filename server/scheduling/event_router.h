// Hands what a run's hooks see to those who want it: the request itself, and subscribers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "nn/plan/observer.h"
#include "proto/contract/hooks.h"
#include "server/hooks/subscription_hub.h"
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
  using OnEvent = absl::AnyInvocable<void(contract::HookEvent)>;

  // `on_event` is told of the events that the request's own hooks ask for. Once their values take more than `max_bytes`
  // the run is asked to stop. All references must outlive the router; `interest` may be null.
  EventRouter(Origin origin, const RequestHooks& hooks, const Interest* interest, size_t max_bytes, OnEvent on_event,
              std::stop_source& stop);

  void OnObservation(nn::Observation observation) override;

  // RESOURCE_EXHAUSTED if the run was asked to stop.
  const absl::Status& status() const { return status_; }
  // The points of the request's hooks that fired.
  const absl::flat_hash_set<std::pair<std::string, int>>& fired() const { return fired_; }

 private:
  void ToSubscribers(const contract::HookEvent& event, nn::HookKind kind);
  void ToRequest(contract::HookEvent event, nn::HookKind kind);

  const Origin origin_;
  const RequestHooks& hooks_;
  const Interest* const interest_;
  const size_t max_bytes_;
  OnEvent on_event_;
  std::stop_source& stop_;
  size_t bytes_ = 0;
  uint64_t sequence_ = 0;
  absl::flat_hash_set<std::pair<std::string, int>> fired_;
  absl::Status status_;
};

}  // namespace moduled::server
