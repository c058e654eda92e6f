// A load on a server: calls that are under way at once, or calls a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "client/modulectl/bench/measure.h"
#include "client/modulectl/bench/pacer.h"
#include "client/modulectl/bench/schedule.h"
#include "client/modulectl/bench/target.h"
#include "client/modulectl/bench/worker.h"

namespace moduled::modulectl::bench {

struct LoadOptions {
  size_t threads = 1;      // At most as many as there are calls under way.
  size_t connections = 1;  // Of all threads together; at least one each.
};

class Load final : public Source {
 public:
  // `calls` are under way at any time. The target must outlive the load.
  static std::unique_ptr<Load> AtConcurrency(const Target& target, size_t calls, LoadOptions options);

  // Calls are sent on a schedule, and at most `most` are under way.
  struct Rate {
    double per_second = 1;
    Distribution distribution = Distribution::kConstant;
    uint64_t seed = 0;
    size_t most = 1;
  };
  static std::unique_ptr<Load> AtRate(const Target& target, const Rate& rate, LoadOptions options);

  int64_t Now() override;
  void WaitAndCollect(std::vector<Sample>& ended) override;

 private:
  Load(const Target& target, size_t slots, bool closed_loop, LoadOptions options);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Pacer> pacer_;  // After the workers: it stops before they do.
};

}  // namespace moduled::modulectl::bench
