// bench.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/modulectl/bench/forward_target.h"
#include "client/modulectl/bench/infer_target.h"
#include "client/modulectl/bench/interrupt.h"
#include "client/modulectl/bench/load.h"
#include "client/modulectl/bench/server_times.h"
#include "client/modulectl/bench_flags.h"
#include "client/modulectl/bench_plot.h"
#include "client/modulectl/bench_text.h"
#include "client/modulectl/commands.h"
#include "client/modulectl/input_types.h"
#include "client/modulectl/run_flags.h"
#include "client/modulectl/tensor_file.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

// A call for each file, or one with inputs that are made up.
absl::StatusOr<std::vector<contract::ForwardCall>> MakeCalls(client::Client& client, const BenchFlags& flags,
                                                             const Signature& signature) {
  contract::ForwardCall call;
  call.model = ParseModel(flags.model);
  ASSIGN_OR_RETURN(call.hooks, ParseHooks(flags.hooks, flags.hook_kind));
  std::vector<contract::ForwardCall> calls;
  for (const std::string& file : flags.files) {
    ASSIGN_OR_RETURN(call.arguments.args, ReadInputs(file, signature));
    calls.push_back(call);
  }
  if (!calls.empty()) return calls;
  ASSIGN_OR_RETURN(const auto shapes, ReadInputTypes(client, flags.model, flags.inputs));
  ASSIGN_OR_RETURN(call.arguments.args, MakeInputs(signature, shapes, flags.batch, flags.data));
  calls.push_back(std::move(call));
  return calls;
}

// A thread that sends is idle for most of the time; the other half of the processors may be the server's.
bench::LoadOptions LoadOptionsOf(const BenchFlags& flags, size_t calls) {
  constexpr size_t kMostConnections = 8;
  const size_t connections = flags.connections != 0 ? flags.connections : std::min(calls, kMostConnections);
  const size_t threads =
      flags.threads != 0 ? flags.threads : std::max<size_t>(1, std::thread::hardware_concurrency() / 2);
  return {.threads = std::min(threads, connections), .connections = connections};
}

std::unique_ptr<bench::Source> StartLoad(const BenchFlags& flags, const bench::Target& target, double level) {
  if (!flags.IsRate()) {
    const auto calls = static_cast<size_t>(level);
    return bench::Load::AtConcurrency(target, calls, LoadOptionsOf(flags, calls));
  }
  return bench::Load::AtRate(
      target,
      {.per_second = level, .distribution = flags.distribution, .seed = flags.seed, .most = flags.most_outstanding},
      LoadOptionsOf(flags, flags.most_outstanding));
}

absl::Status WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << text).flush()) return absl::PermissionDeniedError(absl::StrCat(path, ": cannot be written"));
  return absl::OkStatus();
}

absl::Status Report(const Context& context, const BenchFlags& flags, const BenchReport& report) {
  if (context.json) {
    Print(context, BenchJson(report));
  } else {
    PrintBenchTable(report, *context.out);
  }
  if (!flags.csv_file.empty()) RETURN_IF_ERROR(WriteText(flags.csv_file, BenchCsv(report)));
  if (!flags.plot_file.empty()) RETURN_IF_ERROR(WriteText(flags.plot_file, BenchPlot(report)));
  return absl::OkStatus();
}

// A failure if no call succeeded at all: what most of them said.
absl::Status Verdict(const bench::Profile& profile) {
  std::map<int, int64_t> errors;
  for (const bench::LevelResult& result : profile.levels) {
    if (!result.measurement.window.latencies.empty()) return absl::OkStatus();
    for (const auto& [code, count] : result.measurement.window.errors) errors[code] += count;
  }
  if (errors.empty()) return absl::DeadlineExceededError("no call was answered while it was measured");
  const auto most =
      std::max_element(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return absl::Status(static_cast<absl::StatusCode>(most->first), "no call succeeded");
}

// Calls are made once the usual way: what a model has against the inputs is said in full.
absl::StatusOr<bench::Target> MakeTarget(const Context& context, const BenchFlags& flags, client::Client& client,
                                         const std::vector<contract::ForwardCall>& calls) {
  if (flags.protocol == BenchProtocol::kOpenInference) {
    return bench::InferTarget(context.server, context.ConnectOptions(), calls, flags.hooks);
  }
  for (contract::ForwardCall call : calls) {
    call.context.deadline = context.Deadline();
    RETURN_IF_ERROR(contract::ForwardAndWait(client.inference(), std::move(call)).status());
  }
  return bench::ForwardTarget(context.server, context.ConnectOptions(), calls);
}

bench::Profile Measure(const Context& context, const BenchFlags& flags, const bench::ProfileOptions& options,
                       const bench::Target& target, const BenchReport& report) {
  const bench::ServerClock clock(context.server, context.ConnectOptions(), report.model);
  std::optional<bench::ServerTimes> before;
  bench::NoteInterrupts();
  return bench::RunProfile(
      options,
      [&](double level) {
        before = clock.Read();
        return StartLoad(flags, target, level);
      },
      [&](bench::LevelResult& result) {
        const std::optional<bench::ServerTimes> after = clock.Read();
        if (before.has_value() && after.has_value()) result.server = after->Since(*before);
        std::cerr << BenchLine(report, result) << std::endl;
      },
      bench::Interrupted);
}

absl::Status Bench(const Context& context, const BenchFlags& flags) {
  ASSIGN_OR_RETURN(const bench::ProfileOptions options, flags.ProfileOptions());
  const std::unique_ptr<client::Client> client = context.Connect();
  ASSIGN_OR_RETURN(const Signature signature, FetchSignature(*client, flags.model));
  ASSIGN_OR_RETURN(const auto calls, MakeCalls(*client, flags, signature));
  ASSIGN_OR_RETURN(const bench::Target target, MakeTarget(context, flags, *client, calls));
  BenchReport report;
  report.model = calls[0].model;
  report.is_rate = flags.IsRate();
  report.batch = BatchOf(signature, calls[0].arguments.args);
  report.percentile = flags.percentile;
  report.profile = Measure(context, flags, options, target, report);
  RETURN_IF_ERROR(Report(context, flags, report));
  return Verdict(report.profile);
}

}  // namespace

void AddBenchCommand(CLI::App& app, Run& run) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App* bench = app.add_subcommand("bench", "Measure throughput and latency under load, as perf_analyzer does");
  flags->AddTo(*bench);
  bench->callback([&run, flags] { run = [flags](const Context& c) { return Bench(c, *flags); }; });
}

}  // namespace moduled::modulectl
