// Latency over throughput, as a picture: an SVG that needs no library and no fonts.
#pragma once

#include <string>

#include "client/modulectl/bench_text.h"

namespace moduled::modulectl {

// A curve for p50, p90, p95 and p99 each, through the levels in order.
std::string BenchPlot(const BenchReport& report);

}  // namespace moduled::modulectl
