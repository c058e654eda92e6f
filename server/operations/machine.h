// What this process may use of the machine, container limits included.
#pragma once

#include <cstdint>
#include <string>

namespace moduled::server {

// Processors: the affinity mask, and the quota of a container. At least 1.
int UsableProcessors();

// Bytes of memory: the machine's, or a container's limit if that is less.
int64_t UsableMemory();

std::string HostName();

}  // namespace moduled::server
