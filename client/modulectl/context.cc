#include "client/modulectl/context.h"

namespace moduled::modulectl {

client::ClientOptions Context::ConnectOptions() const {
  return {.timeout = absl::Seconds(timeout_seconds), .token = token, .tls = tls};
}

std::unique_ptr<client::Client> Context::Connect() const { return client::Client::Connect(server, ConnectOptions()); }

contract::ModelRef ParseModel(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

}  // namespace moduled::modulectl
