// Calls of one model version that run as one: each gives its rows, and gets those that came of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "nn/tensor/shape.h"
#include "proto/contract/inference.h"
#include "server/models/loaded_model.h"
#include "server/scheduling/call_end.h"
#include "server/scheduling/job.h"

namespace moduled::server {

// A call that could be part of a batch.
struct BatchCall {
  contract::ForwardCall call;
  ModelHandle model;
  std::shared_ptr<CallEnd> end;
  int64_t rows = 1;
};

// The rows that the arguments have in common along their first dimensions; 0 if the call cannot be part of a batch of
// this model, whatever others there are.
int64_t BatchableRows(const contract::ForwardCall& call, const LoadedModel& model);

// Whether two calls of the same model version, each batchable, differ in nothing but their rows.
bool FitTogether(const BatchCall& call, const BatchCall& other);

// Runs the calls that somebody still waits for, and answers all. A call that is cancelled or late gets its own error,
// and the run goes on for the others; it stops once there are none.
void RunBatch(std::vector<std::shared_ptr<BatchCall>> calls, const ComputeShare& share);

}  // namespace moduled::server
