#include "client/modulectl/bench/profile.h"

#include <utility>

namespace moduled::modulectl::bench {
namespace {

// A level at which nothing succeeded is not fast.
bool IsFastEnough(const ProfileOptions& options, const Window& window) {
  if (!options.latency_threshold.has_value()) return true;
  return !window.latencies.empty() &&
         window.Metric(options.measure.percentile) <= absl::ToDoubleNanoseconds(*options.latency_threshold);
}

}  // namespace

Profile RunProfile(const ProfileOptions& options, const std::function<std::unique_ptr<Source>(double level)>& start,
                   const std::function<void(LevelResult&)>& on_level, const std::function<bool()>& interrupted) {
  Profile profile;
  LevelSearch search(options.range, options.order);
  for (std::optional<double> level = search.Next(); level.has_value() && !interrupted(); level = search.Next()) {
    LevelResult result{*level, {}, {}};
    {
      const std::unique_ptr<Source> load = start(*level);
      result.measurement = Measure(*load, options.measure, interrupted);
    }
    // What was broken off says nothing about the limit.
    if (!result.measurement.interrupted) search.Report(IsFastEnough(options, result.measurement.window));
    on_level(result);
    profile.levels.push_back(std::move(result));
  }
  if (options.latency_threshold.has_value()) profile.best = search.best();
  profile.interrupted = interrupted();
  return profile;
}

}  // namespace moduled::modulectl::bench
