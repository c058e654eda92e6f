#include "client/modulectl/context.h"

namespace moduled::modulectl {

std::unique_ptr<client::Client> Context::Connect() const {
  return client::Client::Connect(server, {.timeout = absl::Seconds(timeout_seconds)});
}

contract::ModelRef ParseModel(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

}  // namespace moduled::modulectl
