#include "client/modulectl/bench/load.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace moduled::modulectl::bench {
namespace {

// Between two collections: rare enough to cost nothing, often enough to notice a Ctrl-C at once.
constexpr absl::Duration kCollect = absl::Milliseconds(10);

// The part of `whole` that the i-th of n gets; they differ by at most one.
size_t Part(size_t whole, size_t i, size_t n) { return whole / n + (i < whole % n ? 1 : 0); }

}  // namespace

Load::Load(const Target& target, size_t slots, bool closed_loop, LoadOptions options) {
  const size_t threads = std::clamp<size_t>(options.threads, 1, slots);
  const size_t connections = std::clamp(options.connections, threads, slots);
  for (size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(target, Worker::Options{.slots = Part(slots, i, threads),
                                                                        .connections = Part(connections, i, threads),
                                                                        .closed_loop = closed_loop}));
  }
}

std::unique_ptr<Load> Load::AtConcurrency(const Target& target, size_t calls, LoadOptions options) {
  return std::unique_ptr<Load>(new Load(target, calls, true, options));
}

std::unique_ptr<Load> Load::AtRate(const Target& target, const Rate& rate, LoadOptions options) {
  auto load = std::unique_ptr<Load>(new Load(target, rate.most, false, options));
  std::vector<Worker*> workers;
  for (const auto& worker : load->workers_) workers.push_back(worker.get());
  Schedule schedule(rate.per_second, rate.distribution, rate.seed, SteadyNanoseconds());
  load->pacer_ = std::make_unique<Pacer>(std::move(schedule), std::move(workers));
  return load;
}

int64_t Load::Now() { return SteadyNanoseconds(); }

void Load::WaitAndCollect(std::vector<Sample>& ended) {
  absl::SleepFor(kCollect);
  for (const auto& worker : workers_) worker->Collect(ended);
}

}  // namespace moduled::modulectl::bench
