#include "client/modulectl/bench/window.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moduled::modulectl::bench {

int64_t Window::error_count() const {
  return std::accumulate(errors.begin(), errors.end(), int64_t{0},
                         [](int64_t sum, const auto& error) { return sum + error.second; });
}

double Window::Mean() const {
  if (latencies.empty()) return 0;
  return std::accumulate(latencies.begin(), latencies.end(), 0.0) / static_cast<double>(latencies.size());
}

double Window::StandardDeviation() const {
  if (latencies.empty()) return 0;
  const double mean = Mean();
  double squares = 0;
  for (const int64_t latency : latencies) {
    const double difference = static_cast<double>(latency) - mean;
    squares += difference * difference;
  }
  return std::sqrt(squares / static_cast<double>(latencies.size()));
}

int64_t Window::Percentile(double percent) const {
  if (latencies.empty()) return 0;
  const double rank = std::ceil(percent / 100 * static_cast<double>(latencies.size()));
  const size_t index = rank < 1 ? 0 : static_cast<size_t>(rank) - 1;
  return latencies[std::min(index, latencies.size() - 1)];
}

double Window::Metric(std::optional<double> percent) const {
  return percent.has_value() ? static_cast<double>(Percentile(*percent)) : Mean();
}

Window TakeWindow(std::vector<Sample>& samples, int64_t begin, int64_t end) {
  Window window;
  window.seconds = static_cast<double>(end - begin) * 1e-9;
  const auto over = std::partition(samples.begin(), samples.end(), [end](const Sample& s) { return s.ended >= end; });
  for (auto sample = over; sample != samples.end(); ++sample) {
    if (sample->ended < begin) continue;
    if (sample->late) ++window.late;
    if (sample->code == 0) {
      window.latencies.push_back(sample->ended - sample->sent);
    } else {
      ++window.errors[sample->code];
    }
  }
  samples.erase(over, samples.end());
  std::sort(window.latencies.begin(), window.latencies.end());
  return window;
}

Window Merge(const std::vector<Window>& windows) {
  Window merged;
  for (const Window& window : windows) {
    merged.seconds += window.seconds;
    merged.late += window.late;
    merged.latencies.insert(merged.latencies.end(), window.latencies.begin(), window.latencies.end());
    for (const auto& [code, count] : window.errors) merged.errors[code] += count;
  }
  std::sort(merged.latencies.begin(), merged.latencies.end());
  return merged;
}

}  // namespace moduled::modulectl::bench
