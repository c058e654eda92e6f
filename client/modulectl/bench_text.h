// The results of bench in words: for people, for spreadsheets, for machines.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "client/modulectl/bench/profile.h"
#include "client/modulectl/json.h"

namespace moduled::modulectl {

struct BenchReport {
  contract::ModelRef model;
  bool is_rate = false;  // Levels are calls a second, not calls at once.
  int64_t batch = 1;     // Inferences a call.
  std::optional<double> percentile = std::nullopt;
  bench::Profile profile;
};

// "Concurrency 4: 1234.5 infer/sec, p50 801 us, p99 1204 us", of one level.
std::string BenchLine(const BenchReport& report, const bench::LevelResult& result);

void PrintBenchTable(const BenchReport& report, std::ostream& out);
// With a header. Latencies are microseconds; the columns have perf_analyzer's names where it has them.
std::string BenchCsv(const BenchReport& report);
Json BenchJson(const BenchReport& report);

}  // namespace moduled::modulectl
