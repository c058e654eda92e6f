// contract::Inference in process: finds the model, waits for an executor, plans, runs and tells who watches.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nn/plan/backward_call.h"
#include "proto/contract/inference.h"
#include "server/hooks/subscription_hub.h"
#include "server/models/model_store.h"
#include "server/scheduling/call_end.h"
#include "server/scheduling/event_router.h"
#include "server/scheduling/request_hooks.h"
#include "server/scheduling/request_record.h"
#include "server/scheduling/scheduler.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

struct InferenceOptions {
  std::string replica;                        // What events call this server.
  size_t max_hook_bytes = size_t{256} << 20;  // Of the values that one request's hooks may see.
  RecordSink on_end = {};                     // Empty: nobody counts.
};

// Everything that it is given must outlive it. Thread-safe.
class LocalInference final : public contract::Inference {
 public:
  LocalInference(const ModelStore& store, SubscriptionHub& hub, Scheduler& scheduler, InferenceOptions options);

  void Forward(contract::ForwardCall call, Done done) override;
  void ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) override;
  void Backward(contract::BackwardCall call, BackwardDone done) override;

 private:
  // A call that has been checked, on its way to an executor. One with a backward pass is answered with what its plan
  // answers as the output.
  struct Job {
    contract::ForwardCall call;
    ModelHandle model = nullptr;
    std::optional<nn::BackwardCall> backward = std::nullopt;
    OnEvent on_event = nullptr;  // Null: the events are collected in the reply.
  };

  using EndPointer = std::shared_ptr<CallEnd>;

  // What is known of a call when it comes. Gives it an id, if it has none.
  EndPointer Begin(RequestRecord::Kind kind, contract::ForwardCall& call, Done done);
  static absl::Status Check(const Job& job);
  void Submit(Job job, EndPointer end);
  // The same for a call of so many rows that may run as one with others.
  void SubmitBatchable(Job job, int64_t rows, const QueueTerms& terms, EndPointer end);
  // On an executor.
  void Run(Job job, const ComputeShare& share, EndPointer end);
  static absl::StatusOr<contract::ForwardReply> Execute(const Job& job, const RequestHooks& hooks,
                                                        nn::ObservedModules observed, EventRouter& router,
                                                        std::stop_token stop, const ComputeShare& share);

  const ModelStore& store_;
  SubscriptionHub& hub_;
  Scheduler& scheduler_;
  const InferenceOptions options_;
  const std::string request_prefix_;
  std::atomic<uint64_t> requests_ = 0;
  WorkerThread transformer_;  // The last member: it finishes what it was given before the others go.
};

}  // namespace moduled::server
