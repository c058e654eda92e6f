// What was counted between two moments.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "client/modulectl/bench/sample.h"

namespace moduled::modulectl::bench {

struct Window {
  double seconds = 0;
  std::vector<int64_t> latencies;  // Nanoseconds of the calls that succeeded, in ascending order.
  std::map<int, int64_t> errors;   // How many of the others, by status code.
  int64_t late = 0;                // Calls of either sort that were sent later than their schedule said.

  int64_t error_count() const;
  // Successful calls a second.
  double Rate() const { return seconds > 0 ? static_cast<double>(latencies.size()) / seconds : 0; }
  // Nanoseconds, 0 if no call succeeded.
  double Mean() const;
  double StandardDeviation() const;
  // The smallest latency that `percent` of the calls do not exceed. Nanoseconds, 0 if no call succeeded.
  int64_t Percentile(double percent) const;
  // What limits and stability are about: a percentile, or the mean.
  double Metric(std::optional<double> percent) const;
};

// Takes the samples that ended before `end` out of `samples`; those of them that ended before `begin` do not count.
Window TakeWindow(std::vector<Sample>& samples, int64_t begin, int64_t end);

// All of them as one.
Window Merge(const std::vector<Window>& windows);

}  // namespace moduled::modulectl::bench
