// When the calls of a request rate are due.
#pragma once

#include <cstdint>
#include <random>

namespace moduled::modulectl::bench {

enum class Distribution {
  kConstant,  // Equal gaps.
  kPoisson,   // Independent arrivals: exponentially distributed gaps.
};

class Schedule {
 public:
  // Requires per_second > 0. The first call is due at `start`, in nanoseconds.
  Schedule(double per_second, Distribution distribution, uint64_t seed, int64_t start);

  // When the next call is due, and on to the one behind it.
  int64_t Next();

 private:
  const double gap_;  // Nanoseconds.
  const Distribution distribution_;
  const int64_t start_;
  std::mt19937_64 random_;
  // Since the start. A sum of fractions, so that a rate of 3 a second does not drift.
  double next_ = 0;
};

}  // namespace moduled::modulectl::bench
