// The machine's floating-point peak, measured in the same rounds as the engines.
//
//   peak   threads, seconds  ->  gflops
#include <iostream>

#include "absl/strings/str_cat.h"
#include "tests/bench/comparison/workers/fma_peak.h"
#include "tests/bench/comparison/workers/line_protocol.h"

int main() {
  using nlohmann::json;
  const auto peak = [](const json& request) -> absl::StatusOr<json> {
    const int threads = request.at("threads").get<int>();
    if (threads < 1) return absl::InvalidArgumentError(absl::StrCat("threads: got ", threads, ", want at least 1"));
    return json{{"gflops", moduled::bench::MeasureFmaPeak(threads, request.at("seconds").get<double>())}};
  };
  moduled::bench::ServeLines({{"peak", peak}}, std::cin, std::cout);
  return 0;
}
