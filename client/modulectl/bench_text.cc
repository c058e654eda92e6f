#include "client/modulectl/bench_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/modulectl/csv.h"
#include "client/modulectl/table.h"

namespace moduled::modulectl {
namespace {

using bench::LevelResult;
using bench::Window;

constexpr double kPercentiles[] = {50, 90, 95, 99};

double Microseconds(double nanoseconds) { return nanoseconds / 1000; }

std::string LevelName(const BenchReport& report) { return report.is_rate ? "Request Rate" : "Concurrency"; }

double InferencesPerSecond(const BenchReport& report, const Window& window) {
  return window.Rate() * static_cast<double>(report.batch);
}

std::string CodeName(int code) { return absl::StatusCodeToString(static_cast<absl::StatusCode>(code)); }

// The percentiles of the table, and the one that was asked for if it is none of them.
std::vector<double> Percentiles(const BenchReport& report) {
  std::vector<double> percentiles(std::begin(kPercentiles), std::end(kPercentiles));
  if (report.percentile.has_value() &&
      std::find(percentiles.begin(), percentiles.end(), *report.percentile) == percentiles.end()) {
    percentiles.push_back(*report.percentile);
  }
  return percentiles;
}

bool HasServerTimes(const BenchReport& report) {
  return std::any_of(report.profile.levels.begin(), report.profile.levels.end(),
                     [](const LevelResult& result) { return result.server.has_value(); });
}

std::vector<std::string> Header(const BenchReport& report) {
  std::vector<std::string> header = {LevelName(report), "Inferences/Second"};
  for (const double percent : Percentiles(report)) header.push_back(absl::StrCat("p", percent, " latency"));
  if (HasServerTimes(report)) header.insert(header.end(), {"Server Queue", "Server Compute Infer"});
  header.insert(header.end(), {"Avg latency", "Std latency", "Requests", "Errors", "Delayed", "Stable"});
  return header;
}

std::vector<std::string> Row(const BenchReport& report, const LevelResult& result) {
  const Window& window = result.measurement.window;
  std::vector<std::string> row = {absl::StrCat(result.level),
                                  absl::StrFormat("%.2f", InferencesPerSecond(report, window))};
  const auto latency = [](double nanoseconds) { return absl::StrFormat("%.0f", Microseconds(nanoseconds)); };
  for (const double percent : Percentiles(report)) {
    row.push_back(latency(static_cast<double>(window.Percentile(percent))));
  }
  if (HasServerTimes(report)) {
    const bench::ServerTimes server = result.server.value_or(bench::ServerTimes());
    row.push_back(absl::StrFormat("%.0f", server.QueueOfCall()));
    row.push_back(absl::StrFormat("%.0f", server.ComputeOfCall()));
  }
  row.push_back(latency(window.Mean()));
  row.push_back(latency(window.StandardDeviation()));
  row.push_back(absl::StrCat(window.latencies.size()));
  row.push_back(absl::StrCat(window.error_count()));
  row.push_back(absl::StrCat(window.late));
  row.push_back(result.measurement.stable ? "yes" : "no");
  return row;
}

Json ErrorsToJson(const Window& window) {
  Json errors = Json::object();
  for (const auto& [code, count] : window.errors) errors[CodeName(code)] = count;
  return errors;
}

Json LevelToJson(const BenchReport& report, const LevelResult& result) {
  const Window& window = result.measurement.window;
  Json latency = {{"mean", Microseconds(window.Mean())}, {"std", Microseconds(window.StandardDeviation())}};
  for (const double percent : Percentiles(report)) {
    latency[absl::StrCat("p", percent)] = Microseconds(static_cast<double>(window.Percentile(percent)));
  }
  Json json = {{report.is_rate ? "request_rate" : "concurrency", result.level},
               {"infer_per_second", InferencesPerSecond(report, window)},
               {"latency_us", std::move(latency)},
               {"seconds", window.seconds},
               {"requests", window.latencies.size()},
               {"errors", ErrorsToJson(window)},
               {"delayed", window.late},
               {"stable", result.measurement.stable}};
  if (result.server.has_value()) {
    json["server"] = {{"requests", result.server->calls},
                      {"runs", result.server->runs},
                      {"queue_us", result.server->QueueOfCall()},
                      {"compute_us", result.server->ComputeOfCall()}};
  }
  return json;
}

}  // namespace

std::string BenchLine(const BenchReport& report, const LevelResult& result) {
  const Window& window = result.measurement.window;
  std::string line =
      absl::StrFormat("%s %g: %.1f infer/sec, p50 %.0f us, p99 %.0f us", LevelName(report), result.level,
                      InferencesPerSecond(report, window), Microseconds(static_cast<double>(window.Percentile(50))),
                      Microseconds(static_cast<double>(window.Percentile(99))));
  for (const auto& [code, count] : window.errors) absl::StrAppend(&line, ", ", count, " x ", CodeName(code));
  if (!result.measurement.stable) absl::StrAppend(&line, ", not stable");
  return line;
}

void PrintBenchTable(const BenchReport& report, std::ostream& out) {
  Table table(Header(report));
  for (const LevelResult& result : report.profile.levels) table.Add(Row(report, result));
  out << "Latencies in microseconds, batch size " << report.batch << '\n';
  table.Print(out);
  for (const LevelResult& result : report.profile.levels) {
    for (const auto& [code, count] : result.measurement.window.errors) {
      out << LevelName(report) << ' ' << absl::StrCat(result.level) << ": " << count << " x " << CodeName(code) << '\n';
    }
  }
  if (report.profile.best.has_value()) {
    out << "Highest within the threshold: " << LevelName(report) << ' ' << absl::StrCat(*report.profile.best) << '\n';
  }
}

std::string BenchCsv(const BenchReport& report) {
  std::string csv = CsvLine(Header(report)) + "\n";
  for (const LevelResult& result : report.profile.levels) csv += CsvLine(Row(report, result)) + "\n";
  return csv;
}

Json BenchJson(const BenchReport& report) {
  Json json = {{"model", ToJson(report.model)}, {"batch_size", report.batch}, {"levels", Json::array()}};
  for (const LevelResult& result : report.profile.levels) json["levels"].push_back(LevelToJson(report, result));
  json["best"] = report.profile.best.has_value() ? Json(*report.profile.best) : Json(nullptr);
  json["interrupted"] = report.profile.interrupted;
  return json;
}

}  // namespace moduled::modulectl
