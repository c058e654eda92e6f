// Whether a load has settled.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "client/modulectl/bench/window.h"

namespace moduled::modulectl::bench {

// How many windows must agree, and make the result.
inline constexpr size_t kStableWindows = 3;

// Whether the rates of the last three windows, and their latencies, are each within `percentage` of their mean.
// `percentile` is what latencies are compared by; the mean if there is none. Windows without a success do not settle.
bool IsStable(const std::vector<Window>& windows, double percentage, std::optional<double> percentile);

}  // namespace moduled::modulectl::bench
