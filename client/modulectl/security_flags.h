// --token-file, --tls, --ca, --cert, --key: who calls, and how the server is known.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/status.h"
#include "client/modulectl/context.h"

namespace moduled::modulectl {

struct SecurityFlags {
  std::string token_file;  // Empty: the environment's MODULED_TOKEN, if there is one.
  bool tls = false;
  std::string ca;
  std::string cert;
  std::string key;
};

void AddSecurityFlags(CLI::App& app, SecurityFlags& flags);

// Reads what the flags name into the context. INVALID_ARGUMENT if a file cannot be read.
absl::Status ApplySecurityFlags(const SecurityFlags& flags, Context& context);

}  // namespace moduled::modulectl
