// The groups of benchmarks.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/repository.h"

namespace moduled::bench {

// engine/<model>: the plan alone, in process, on one thread.
// engine/<model>/observed: the same with every module observed and the values dropped.
void RegisterEngine(const std::vector<BenchModel>& models);

// loopback/<model>: the same call through a server process of its own, from this one, over TCP.
absl::Status RegisterLoopback(const std::vector<BenchModel>& models, const std::string& server,
                              const std::string& repository);

}  // namespace moduled::bench
