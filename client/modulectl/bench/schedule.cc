#include "client/modulectl/bench/schedule.h"

namespace moduled::modulectl::bench {

Schedule::Schedule(double per_second, Distribution distribution, uint64_t seed, int64_t start)
    : gap_(1e9 / per_second), distribution_(distribution), start_(start), random_(seed) {}

int64_t Schedule::Next() {
  const int64_t due = start_ + static_cast<int64_t>(next_);
  next_ += distribution_ == Distribution::kConstant ? gap_ : gap_ * std::exponential_distribution<double>(1)(random_);
  return due;
}

}  // namespace moduled::modulectl::bench
