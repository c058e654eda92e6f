#include "client/modulectl/bench/stability.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace moduled::modulectl::bench {
namespace {

using Values = std::array<double, kStableWindows>;

bool Agree(const Values& values, double percentage) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return std::all_of(values.begin(), values.end(),
                     [=](double value) { return value > 0 && std::abs(value - mean) <= percentage / 100 * mean; });
}

}  // namespace

bool IsStable(const std::vector<Window>& windows, double percentage, std::optional<double> percentile) {
  if (windows.size() < kStableWindows) return false;
  Values rates;
  Values latencies;
  for (size_t i = 0; i < kStableWindows; ++i) {
    const Window& window = windows[windows.size() - kStableWindows + i];
    rates[i] = window.Rate();
    latencies[i] = window.Metric(percentile);
  }
  return Agree(rates, percentage) && Agree(latencies, percentage);
}

}  // namespace moduled::modulectl::bench
