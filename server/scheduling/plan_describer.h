// Answers what a model's plan is made of, and what its steps take: on an executor, as every call that computes.
#pragma once

#include "absl/status/statusor.h"
#include "proto/contract/introspection.h"
#include "server/models/model_store.h"
#include "server/scheduling/scheduler.h"

namespace moduled::server {

// Both must outlive it. Thread-safe.
class PlanDescriber {
 public:
  // Of one call.
  static constexpr uint32_t kMaxRuns = 1000;
  static constexpr size_t kMaxInputBytes = size_t{64} << 20;

  PlanDescriber(const ModelStore& store, Scheduler& scheduler) : store_(store), scheduler_(scheduler) {}

  // As contract::Introspection::DescribePlan.
  void Describe(contract::PlanCall call, contract::Introspection::PlanDone done);

 private:
  // A call whose inputs are known to be good, on its way to an executor.
  struct Job {
    contract::PlanCall call;
    ModelHandle model;
  };

  absl::StatusOr<Job> Check(contract::PlanCall call) const;
  // As many as a call alone gets, where the call does not say.
  int ThreadsOf(const Job& job) const;
  static absl::StatusOr<contract::PlanReply> Compute(const Job& job, const ComputeShare& share);

  const ModelStore& store_;
  Scheduler& scheduler_;
};

}  // namespace moduled::server
