// How versions of models are made ready.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "nn/graph/algorithm_cache.h"
#include "nn/plan/workspace.h"

namespace moduled::server {

// Runs work that may use so many compute threads, and waits for its end. Answers what it answered, or why it was not
// run.
using ComputeRunner = std::function<absl::Status(int threads, absl::FunctionRef<absl::Status(nn::Workspace&)> work)>;

// On the calling thread.
inline absl::Status RunHere(int, absl::FunctionRef<absl::Status(nn::Workspace&)> work) {
  nn::Workspace workspace;
  return work(workspace);
}

struct LoadOptions {
  // Of the parameters and buffers of one version.
  int64_t max_bytes = std::numeric_limits<int64_t>::max();
  // The numbers of threads that calls may get: each needs a plan.
  std::vector<int> thread_shares = {1};
  // Rows of one run, of models whose configuration does not say: 1 is no batching, 0 as many as pay.
  int64_t max_batch_size = 1;
  ComputeRunner run = RunHere;
  // Of the whole server; must outlive the models. Null: each model has its own.
  nn::AlgorithmCache* algorithms = nullptr;
  // Called when a version's memory has been freed, on any thread. Empty: nobody is told.
  std::function<void()> on_released = {};
};

}  // namespace moduled::server
