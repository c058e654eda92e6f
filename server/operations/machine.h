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

}  // namespace moduled::server
