#include "client/modulectl/bench/pacer.h"

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "client/modulectl/bench/sample.h"

namespace moduled::modulectl::bench {
namespace {

// A call that is sent this much after its time was not sent on time. Less is within what a busy machine's sleep is off.
constexpr int64_t kLateNanoseconds = 1'000'000;
// How soon a stop is noticed.
constexpr int64_t kLongestSleep = 20'000'000;
// Between two looks for a free slot.
constexpr std::chrono::microseconds kNoSlot(50);

}  // namespace

Pacer::Pacer(Schedule schedule, std::vector<Worker*> workers)
    : schedule_(std::move(schedule)), workers_(std::move(workers)), thread_([this] { Run(); }) {}

Pacer::~Pacer() {
  stopping_ = true;
  thread_.join();
}

void Pacer::Run() {
  // By default Linux lets a sleep last 50 microseconds longer, which is as long as some calls.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  for (int64_t due = schedule_.Next(); SleepUntil(due) && Send(due); due = schedule_.Next()) {
  }
}

bool Pacer::SleepUntil(int64_t due) const {
  for (int64_t now = SteadyNanoseconds(); now < due && !stopping_; now = SteadyNanoseconds()) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(due - now, kLongestSleep)));
  }
  return !stopping_;
}

bool Pacer::Send(int64_t due) {
  while (!stopping_) {
    const bool late = SteadyNanoseconds() - due > kLateNanoseconds;
    for (size_t i = 0; i < workers_.size(); ++i) {
      Worker& worker = *workers_[next_worker_++ % workers_.size()];
      if (worker.Send(late)) return true;
    }
    std::this_thread::sleep_for(kNoSlot);
  }
  return false;
}

}  // namespace moduled::modulectl::bench
