// Sends calls on a schedule, whatever becomes of those before: the open loop of a request rate.
//
// The calls under way are bounded by the workers' slots. When there is none free the next call waits for one, and
// counts as late; so do all that were due meanwhile and are sent at once after it.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "client/modulectl/bench/schedule.h"
#include "client/modulectl/bench/worker.h"

namespace moduled::modulectl::bench {

class Pacer {
 public:
  // Starts at once. The workers, of open loops, must outlive the pacer.
  Pacer(Schedule schedule, std::vector<Worker*> workers);
  ~Pacer();

 private:
  void Run();
  // False if it is time to stop.
  bool SleepUntil(int64_t due) const;
  bool Send(int64_t due);

  Schedule schedule_;
  const std::vector<Worker*> workers_;
  size_t next_worker_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace moduled::modulectl::bench
