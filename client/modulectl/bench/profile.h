// Measures one load after the other, as a search says.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "client/modulectl/bench/levels.h"
#include "client/modulectl/bench/measure.h"
#include "client/modulectl/bench/server_times.h"

namespace moduled::modulectl::bench {

struct LevelResult {
  double level = 0;
  Measurement measurement;
  std::optional<ServerTimes> server = std::nullopt;  // If the server says so: with warm-up and all windows.
};

struct Profile {
  std::vector<LevelResult> levels;  // In the order in which they were measured.
  std::optional<double> best;       // The highest that met the limit, if there is a limit.
  bool interrupted = false;
};

struct ProfileOptions {
  LevelRange range;
  LevelSearch::Order order = LevelSearch::Order::kSweep;
  std::optional<absl::Duration> latency_threshold = std::nullopt;  // Of the metric that stability is judged by.
  MeasureOptions measure = {};
};

// `start` starts the load of a level; `on_level` hears of each result as it comes, and may add what the server says.
Profile RunProfile(const ProfileOptions& options, const std::function<std::unique_ptr<Source>(double level)>& start,
                   const std::function<void(LevelResult&)>& on_level, const std::function<bool()>& interrupted);

}  // namespace moduled::modulectl::bench
