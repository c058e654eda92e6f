#include "client/modulectl/bench_flags.h"

#include <map>

#include "absl/strings/match.h"
#include "client/modulectl/hook_text.h"
#include "client/modulectl/input_types.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

// Of calls at once, and of threads: more is a slip of the finger.
constexpr size_t kMostAtOnce = 65536;
constexpr size_t kMostThreads = 256;
// A window of a day.
constexpr double kMostMilliseconds = 86'400'000;

template <class Enum>
CLI::CheckedTransformer Names(const std::map<std::string, Enum>& names) {
  return CLI::CheckedTransformer(names, CLI::ignore_case);
}

void AddWhatIsSent(CLI::App& command, BenchFlags& flags) {
  command.add_option("MODEL", flags.model, "The model")->required();
  command.add_option("FILE", flags.files, "Inputs, sent in turns; a PNG's values are scaled to 0..1");
  command.add_option("--protocol", flags.protocol, "What is called: forward, or oip, the Open Inference Protocol")
      ->transform(Names<BenchProtocol>({{"forward", BenchProtocol::kForward}, {"oip", BenchProtocol::kOpenInference}}));
  command.add_option("--input-data", flags.data, "Without files: random or zero")
      ->transform(Names<BenchData>({{"random", BenchData::kRandom}, {"zero", BenchData::kZero}}));
  command.add_option("--input", flags.inputs, kInputHelp);
  command.add_option("-b,--batch-size", flags.batch, "Rows of each call; those of the examples if not given")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
  command.add_option("--hook,--hooks", flags.hooks, kHookHelp);
  command.add_option("--kind", flags.hook_kind, kKindHelp)->capture_default_str();
}

void AddHowMuchAtOnce(CLI::App& command, BenchFlags& flags) {
  auto* concurrency = command.add_option("--concurrency-range", flags.concurrency,
                                         "Calls under way at once: START, START:END or START:END:STEP");
  concurrency->capture_default_str();
  command.add_option("--request-rate-range", flags.rate, "Calls sent a second, whatever becomes of them: as above")
      ->excludes(concurrency);
  command.add_option("--request-distribution", flags.distribution, "The gaps of a request rate: constant or poisson")
      ->transform(Names<bench::Distribution>(
          {{"constant", bench::Distribution::kConstant}, {"poisson", bench::Distribution::kPoisson}}));
  command.add_option("--seed", flags.seed, "Of poisson's gaps")->capture_default_str();
  command.add_option("--max-outstanding", flags.most_outstanding, "Calls of a request rate that may be under way")
      ->check(CLI::Range(size_t{1}, kMostAtOnce))
      ->capture_default_str();
  command.add_option("--threads", flags.threads, "Threads that send; half of the processors if not given")
      ->check(CLI::Range(size_t{1}, kMostThreads));
  command
      .add_option("--connections", flags.connections, "Connections; one for each call at once, up to 8, if not given")
      ->check(CLI::Range(size_t{1}, kMostThreads));
}

void AddForHowLong(CLI::App& command, BenchFlags& flags) {
  command.add_option("--measurement-mode", flags.mode, "What a window lasts for: time or count")
      ->transform(Names<bench::WindowMode>({{"time", bench::WindowMode::kTime},
                                            {"time_windows", bench::WindowMode::kTime},
                                            {"count", bench::WindowMode::kCount},
                                            {"count_windows", bench::WindowMode::kCount}}));
  command.add_option("-p,--measurement-interval", flags.interval_ms, "Milliseconds of a window of time")
      ->check(CLI::Range(1.0, kMostMilliseconds))
      ->capture_default_str();
  command.add_option("--measurement-request-count", flags.count, "Calls of a window of count")
      ->check(CLI::Range(size_t{1}, size_t{10'000'000}))
      ->capture_default_str();
  command
      .add_option("-s,--stability-percentage", flags.stability_percentage,
                  "How far three windows in a row may be from their mean to be the result")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("-r,--max-trials", flags.max_trials, "Windows at most")
      ->check(CLI::Range(size_t{1}, size_t{10'000}))
      ->capture_default_str();
  command.add_option("--percentile", flags.percentile, "Judge latencies by this percentile, not by their mean")
      ->check(CLI::Range(1.0, 99.999));
  command
      .add_option("-l,--latency-threshold", flags.latency_threshold_ms,
                  "Milliseconds: end the sweep at the first load that takes longer")
      ->check(CLI::PositiveNumber);
  command.add_flag("--binary-search", flags.binary_search, "Search the range for the highest load below the threshold");
  command.add_option("--warmup", flags.warmup_ms, "Milliseconds of each load that do not count")
      ->check(CLI::Range(0.0, kMostMilliseconds))
      ->capture_default_str();
}

}  // namespace

void BenchFlags::AddTo(CLI::App& command) {
  AddWhatIsSent(command, *this);
  AddHowMuchAtOnce(command, *this);
  AddForHowLong(command, *this);
  command.add_option("-f,--csv", csv_file, "Write the results to this file, as comma-separated values");
  command.add_option("--plot", plot_file, "Draw latency over throughput into this SVG file");
}

absl::StatusOr<bench::ProfileOptions> BenchFlags::ProfileOptions() const {
  bench::ProfileOptions options;
  ASSIGN_OR_RETURN(options.range,
                   IsRate() ? bench::ParseLevelRange(rate) : bench::ParseCountRange(concurrency, kMostAtOnce));
  if (binary_search) {
    if (!latency_threshold_ms.has_value()) {
      return absl::InvalidArgumentError("--binary-search: needs --latency-threshold");
    }
    options.order = bench::LevelSearch::Order::kBinary;
  }
  if (latency_threshold_ms.has_value()) options.latency_threshold = absl::Milliseconds(*latency_threshold_ms);
  if (!files.empty() && (batch != 0 || !inputs.empty())) {
    return absl::InvalidArgumentError("FILE: files have shapes of their own; leave out --batch-size and --input");
  }
  if (batch != 0 && !inputs.empty()) {
    return absl::InvalidArgumentError("--batch-size: --input says the number of rows already");
  }
  if (protocol == BenchProtocol::kOpenInference && hook_kind != "forward") {
    return absl::InvalidArgumentError(
        "--kind: the Open Inference Protocol shows what modules return, and nothing else");
  }
  if (!plot_file.empty() && !absl::EndsWith(plot_file, ".svg")) {
    return absl::InvalidArgumentError("--plot: draws SVG; want a file name that ends in .svg");
  }
  options.measure = {.mode = mode,
                     .interval = absl::Milliseconds(interval_ms),
                     .count = count,
                     .stability_percentage = stability_percentage,
                     .max_trials = max_trials,
                     .percentile = percentile,
                     .warmup = absl::Milliseconds(warmup_ms)};
  return options;
}

}  // namespace moduled::modulectl
