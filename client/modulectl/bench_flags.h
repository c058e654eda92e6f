// The flags of bench, named as perf_analyzer's where it has them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/modulectl/bench/levels.h"
#include "client/modulectl/bench/profile.h"
#include "client/modulectl/bench/schedule.h"
#include "client/modulectl/bench_inputs.h"

namespace moduled::modulectl {

enum class BenchProtocol {
  kForward,        // moduled.v1.
  kOpenInference,  // The Open Inference Protocol over gRPC.
};

struct BenchFlags {
  // What is sent.
  std::string model;
  std::vector<std::string> files;
  BenchProtocol protocol = BenchProtocol::kForward;
  BenchData data = BenchData::kRandom;
  std::vector<std::string> inputs;
  int64_t batch = 0;
  std::vector<std::string> hooks;
  std::string hook_kind = "forward";

  // How much at once.
  std::string concurrency = "1";
  std::string rate;
  bench::Distribution distribution = bench::Distribution::kConstant;
  uint64_t seed = 0;
  size_t most_outstanding = 1024;
  size_t threads = 0;
  size_t connections = 0;

  // For how long, and until when.
  bench::WindowMode mode = bench::WindowMode::kTime;
  double interval_ms = 5000;
  size_t count = 50;
  double stability_percentage = 10;
  size_t max_trials = 10;
  std::optional<double> percentile = std::nullopt;
  std::optional<double> latency_threshold_ms;
  bool binary_search = false;
  double warmup_ms = 500;

  // Where to.
  std::string csv_file;
  std::string plot_file;

  void AddTo(CLI::App& command);

  // Whether levels are calls a second and not calls at once.
  bool IsRate() const { return !rate.empty(); }
  // INVALID_ARGUMENT for flags that do not go together.
  absl::StatusOr<bench::ProfileOptions> ProfileOptions() const;
};

}  // namespace moduled::modulectl
