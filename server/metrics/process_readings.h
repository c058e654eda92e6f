// What Prometheus's clients say of every process, by their names.
#pragma once

#include <vector>

#include "server/metrics/server_metrics.h"

namespace moduled::server {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_open_fds,
// process_max_fds, process_threads, process_start_time_seconds.
std::vector<Reading> ProcessReadings();

}  // namespace moduled::server
