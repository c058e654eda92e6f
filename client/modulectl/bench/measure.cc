#include "client/modulectl/bench/measure.h"

#include <algorithm>

#include "client/modulectl/bench/stability.h"

namespace moduled::modulectl::bench {
namespace {

// A window of a number of calls ends without them after so many intervals: a server may answer none.
constexpr int kMostIntervals = 10;

class Measurer {
 public:
  Measurer(Source& source, const MeasureOptions& options, const std::function<bool()>& interrupted)
      : source_(source), options_(options), interrupted_(interrupted) {}

  Measurement Run() {
    WarmUp();
    std::vector<Window> windows;
    Measurement result;
    int64_t begin = source_.Now();
    while (windows.size() < options_.max_trials && !result.stable && !result.interrupted) {
      const int64_t end = Wait(begin);
      result.interrupted = interrupted_();
      windows.push_back(TakeWindow(samples_, begin, end));
      begin = end;
      result.stable = IsStable(windows, options_.stability_percentage, options_.percentile);
      // Only the last ones are looked at, and a window may hold millions of latencies.
      if (windows.size() > kStableWindows) windows[windows.size() - kStableWindows - 1].latencies = {};
    }
    const size_t first = windows.size() - std::min(windows.size(), kStableWindows);
    result.window = Merge({windows.begin() + static_cast<ptrdiff_t>(first), windows.end()});
    return result;
  }

 private:
  void WarmUp() {
    const int64_t end = source_.Now() + absl::ToInt64Nanoseconds(options_.warmup);
    while (source_.Now() < end && !interrupted_()) {
      source_.WaitAndCollect(samples_);
      samples_.clear();
    }
  }

  // Until the window that began at `begin` is over. Returns when that was.
  int64_t Wait(int64_t begin) { return options_.mode == WindowMode::kTime ? WaitForTime(begin) : WaitForCount(begin); }

  int64_t WaitForTime(int64_t begin) {
    const int64_t end = begin + absl::ToInt64Nanoseconds(options_.interval);
    int64_t now = begin;
    // What is collected ended before the waiting did: the last wait starts behind the end.
    while (now < end && !interrupted_()) {
      now = source_.Now();
      source_.WaitAndCollect(samples_);
    }
    return std::min(end, source_.Now());
  }

  int64_t WaitForCount(int64_t begin) {
    const int64_t latest = begin + kMostIntervals * absl::ToInt64Nanoseconds(options_.interval);
    int64_t now = begin;
    while (now < latest && !interrupted_()) {
      now = source_.Now();
      source_.WaitAndCollect(samples_);
      const std::optional<int64_t> end = EndOfCount(begin);
      if (end.has_value()) return *end;
    }
    return std::min(latest, source_.Now());
  }

  // When as many calls as a window takes had ended.
  std::optional<int64_t> EndOfCount(int64_t begin) const {
    if (samples_.size() < options_.count) return std::nullopt;
    std::vector<int64_t> ends;
    for (const Sample& sample : samples_) {
      if (sample.ended >= begin) ends.push_back(sample.ended);
    }
    if (ends.size() < options_.count) return std::nullopt;
    const auto last = ends.begin() + static_cast<ptrdiff_t>(options_.count) - 1;
    std::nth_element(ends.begin(), last, ends.end());
    return *last + 1;
  }

  Source& source_;
  const MeasureOptions& options_;
  const std::function<bool()>& interrupted_;
  std::vector<Sample> samples_;  // Those that no window has taken.
};

}  // namespace

Measurement Measure(Source& source, const MeasureOptions& options, const std::function<bool()>& interrupted) {
  return Measurer(source, options, interrupted).Run();
}

}  // namespace moduled::modulectl::bench
