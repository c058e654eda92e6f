// A call on its way to an executor, and what decides when its turn comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "nn/plan/workspace.h"
#include "proto/contract/call_context.h"

namespace moduled::server {

// What a call has for itself while it runs.
struct ComputeShare {
  int threads;  // It may compute on: the executor's own and those that OpenMP adds to it.
  nn::Workspace& workspace;
};

// How a call waits.
struct QueueTerms {
  // Whose call it is: models take turns. Null: nobody's in particular.
  const void* model = nullptr;
  uint64_t priority = 1;   // The lowest number is served first.
  size_t max_waiting = 0;  // Calls of the model and priority that may wait. 0: the server's limit alone.
  int max_running = 0;     // Runs of the model at once. 0: as many as there are threads.
  absl::Duration timeout = absl::InfiniteDuration();
  bool delay = false;  // What has waited for too long runs when nothing else waits. Otherwise it is refused.
};

struct Job;

// For calls that may run as one with others that wait.
struct Together {
  std::shared_ptr<void> call;  // What the run of another one may look into.
  int64_t rows = 1;
  int64_t max_rows = 1;                             // Of all together.
  absl::Duration max_delay = absl::ZeroDuration();  // That the first may wait for the others while threads are idle.
  // Whether two calls of one model may run as one.
  bool (*fit)(const void* call, const void* other) = nullptr;
  // Called instead of Job::run where there are others: their own `run` and `refuse` are not called then.
  absl::AnyInvocable<void(std::vector<Job> others, const ComputeShare&) &&> run;
};

// Exactly one of `run`, `refuse` and the Together::run of it or of another is called, once: the first and the last on
// an executor, `refuse` on any thread.
struct Job {
  contract::CallContext context;
  absl::AnyInvocable<void(const ComputeShare&) &&> run;
  absl::AnyInvocable<void(absl::Status) &&> refuse;
  // Exactly so many, at most all. Absent: what is fair when its turn comes.
  std::optional<int> threads = {};
  // The server's own work is not kept out by the length of the queue.
  bool is_own_work = false;
  // False: one thread is enough, and the length of the run does not repay more.
  bool gains_by_threads = true;
  QueueTerms terms = {};
  std::optional<Together> together = {};
  // The queue's: looks out for the caller's going. Not to be destroyed under the queue's lock, since it waits for the
  // thread that is telling it.
  std::unique_ptr<std::stop_callback<std::function<void()>>> watch = {};
};

// OK as long as somebody waits for the call.
absl::Status CheckContext(const contract::CallContext& context);

}  // namespace moduled::server
