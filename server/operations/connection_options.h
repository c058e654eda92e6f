// The flags of who may connect, and of what connections may take.
#pragma once

#include <CLI/CLI.hpp>

#include "server/operations/options.h"

namespace moduled::server {

void AddSecurityFlags(CLI::App& app, Options& options);
void AddConnectionFlags(CLI::App& app, ConnectionLimits& limits);

}  // namespace moduled::server
