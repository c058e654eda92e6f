// What this process may use of the machine, container limits included.
#pragma once

#include <cstdint>
#include <string>

#include "server/operations/control_group.h"

namespace moduled::server {

// Processors: those of the affinity mask, or a container's quota, rounded up, if that is less. At least 1.
int UsableProcessors(const ControlGroup& group = ControlGroup());

// Bytes of memory: the machine's, or a container's limit if that is less.
int64_t UsableMemory(const ControlGroup& group = ControlGroup());

std::string HostName();

// What is known of the first processor that decides which code is the fastest on it: its name, its size of cache, its
// instructions on vectors and tiles. As Linux tells it.
std::string ProcessorText(const std::string& cpuinfo = "/proc/cpuinfo");

}  // namespace moduled::server
