// What every command gets: the server, and how to print.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cpp/client.h"
#include "proto/contract/model_ref.h"

namespace moduled::modulectl {

struct Context {
  std::string server = "127.0.0.1:8001";
  bool json = false;
  double timeout_seconds = 60;
  std::string token = {};                                // Empty: none is sent.
  std::optional<client::TlsOptions> tls = std::nullopt;  // Unset: plaintext.

  // Where results go. Errors go to standard error.
  std::ostream* out = nullptr;

  client::ClientOptions ConnectOptions() const;
  // A client of `server`; connecting happens with the first call.
  std::unique_ptr<client::Client> Connect() const;
  absl::Time Deadline() const { return absl::Now() + absl::Seconds(timeout_seconds); }
};

// "resnet18" or "resnet18:3".
contract::ModelRef ParseModel(absl::string_view text);

}  // namespace moduled::modulectl
