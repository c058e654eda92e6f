// The client of the serving benchmarks: puts one load after the other on servers.
//
//   ready    nothing
//   measure  address, method, request (a file with the bytes of the message; "" is an empty one), timeout, seconds,
//            warmup, and calls (so many at once) or rate (so many a second, at most `most` under way)
//            ->  seconds, answered, errors by code, late, microseconds of p50, p90, p99, max
//   start    the same without seconds and warmup: goes on until
//   stop     ->  the same
#include <grpcpp/support/slice.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/cpp/channel.h"
#include "client/modulectl/bench/load.h"
#include "client/modulectl/bench/measure.h"
#include "nn/tensor/status_macros.h"
#include "tests/bench/comparison/workers/line_protocol.h"

namespace moduled::bench {
namespace {

namespace load = modulectl::bench;
using nlohmann::json;

absl::StatusOr<std::string> ReadRequest(const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<load::Target> TargetOf(const json& request) {
  load::Target target;
  const std::string address = request.at("address").get<std::string>();
  target.connect = [address] { return client::OwnChannel(address, {}); };
  target.method = request.at("method").get<std::string>();
  target.timeout = absl::Seconds(request.at("timeout").get<double>());
  ASSIGN_OR_RETURN(const std::string bytes, ReadRequest(request.at("request").get<std::string>()));
  const grpc::Slice slice(bytes);
  target.requests.emplace_back(&slice, 1);
  return target;
}

std::unique_ptr<load::Load> Start(const load::Target& target, const json& request) {
  const load::LoadOptions options{.threads = 1, .connections = request.value("connections", size_t{4})};
  if (request.contains("calls")) {
    return load::Load::AtConcurrency(target, request.at("calls").get<size_t>(), options);
  }
  return load::Load::AtRate(
      target, {.per_second = request.at("rate").get<double>(), .most = request.at("most").get<size_t>()}, options);
}

json ToJson(const load::Window& window) {
  json errors = json::object();
  for (const auto& [code, count] : window.errors) {
    errors[absl::StatusCodeToString(static_cast<absl::StatusCode>(code))] = count;
  }
  const auto microseconds = [&window](double percent) {
    return static_cast<double>(window.Percentile(percent)) / 1000;
  };
  return json{{"seconds", window.seconds}, {"answered", window.latencies.size()},
              {"errors", errors},          {"late", window.late},
              {"p50", microseconds(50)},   {"p90", microseconds(90)},
              {"p99", microseconds(99)},   {"max", microseconds(100)}};
}

absl::StatusOr<json> Measure(const json& request) {
  ASSIGN_OR_RETURN(const load::Target target, TargetOf(request));
  const load::MeasureOptions options{.interval = absl::Seconds(request.at("seconds").get<double>()),
                                     .max_trials = 1,
                                     .warmup = absl::Seconds(request.at("warmup").get<double>())};
  return ToJson(load::Measure(*Start(target, request), options, [] { return false; }).window);
}

// A load that goes on while the driver does something else.
class Background {
 public:
  absl::StatusOr<json> Begin(const json& request) {
    if (thread_.joinable()) return absl::FailedPreconditionError("a load has been started already");
    ASSIGN_OR_RETURN(target_, TargetOf(request));
    stop_ = false;
    load_ = Start(target_, request);
    thread_ = std::thread([this] {
      const load::MeasureOptions forever{.interval = absl::Hours(24), .max_trials = 1};
      window_ = load::Measure(*load_, forever, [this] { return stop_.load(); }).window;
    });
    return json::object();
  }

  absl::StatusOr<json> End() {
    if (!thread_.joinable()) return absl::FailedPreconditionError("no load has been started");
    stop_ = true;
    thread_.join();
    load_.reset();
    return ToJson(window_);
  }

 private:
  load::Target target_;
  std::unique_ptr<load::Load> load_;
  load::Window window_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace
}  // namespace moduled::bench

int main() {
  moduled::bench::Background background;
  moduled::bench::ServeLines({{"ready", [](const auto&) { return nlohmann::json::object(); }},
                              {"measure", moduled::bench::Measure},
                              {"start", [&](const auto& request) { return background.Begin(request); }},
                              {"stop", [&](const auto&) { return background.End(); }}},
                             std::cin, std::cout);
  return 0;
}
