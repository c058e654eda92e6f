// Measures a load in windows until the last three agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "client/modulectl/bench/sample.h"
#include "client/modulectl/bench/window.h"

namespace moduled::modulectl::bench {

// A load under way.
class Source {
 public:
  virtual ~Source() = default;
  virtual int64_t Now() = 0;  // SteadyNanoseconds.
  // Waits for a moment, then adds all calls that have ended since the last time.
  virtual void WaitAndCollect(std::vector<Sample>& ended) = 0;
};

enum class WindowMode {
  kTime,   // A window lasts for an interval.
  kCount,  // A window lasts for a number of calls.
};

struct MeasureOptions {
  WindowMode mode = WindowMode::kTime;
  absl::Duration interval = absl::Seconds(5);
  size_t count = 50;
  double stability_percentage = 10;
  size_t max_trials = 10;  // Windows.
  std::optional<double> percentile = std::nullopt;
  absl::Duration warmup = absl::ZeroDuration();
};

struct Measurement {
  Window window;  // The last windows together.
  bool stable = false;
  bool interrupted = false;
};

// Measured until it is stable, for max_trials windows, or until it is interrupted: then what there is.
Measurement Measure(Source& source, const MeasureOptions& options, const std::function<bool()>& interrupted);

}  // namespace moduled::modulectl::bench
