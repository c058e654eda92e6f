// contract::Inference in process: finds the model, waits for an executor, plans, runs and tells who watches.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/contract/inference.h"
#include "server/hooks/subscription_hub.h"
#include "server/models/model_store.h"
#include "server/scheduling/event_router.h"
#include "server/scheduling/scheduler.h"

namespace moduled::server {

struct InferenceOptions {
  std::string replica;                        // What events call this server.
  size_t max_hook_bytes = size_t{256} << 20;  // Of the values that one request's hooks may see.
};

// Everything that it is given must outlive it. Thread-safe.
class LocalInference final : public contract::Inference {
 public:
  LocalInference(const ModelStore& store, SubscriptionHub& hub, Scheduler& scheduler, InferenceOptions options);

  void Forward(contract::ForwardCall call, Done done) override;
  void ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) override;

 private:
  // A null `on_event` collects the events in the reply.
  void Start(contract::ForwardCall call, OnEvent on_event, Done done);
  absl::StatusOr<contract::ForwardReply> Run(const contract::ForwardCall& call, const LoadedModel& model,
                                             OnEvent on_event, nn::Workspace& workspace);

  const ModelStore& store_;
  SubscriptionHub& hub_;
  Scheduler& scheduler_;
  const InferenceOptions options_;
  const std::string request_prefix_;
  std::atomic<uint64_t> requests_ = 0;
};

}  // namespace moduled::server
