// The start of a strict reader of JSON, on top of the library's event parser, which is iterative and does not throw.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::nn {

// A derived class takes the events; its first failure ends the parsing.
class JsonEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Runs over the whole text. Refuses bad JSON and bad UTF-8.
  absl::Status Run(absl::string_view text);

  bool binary(binary_t&) final { return Fail("bytes are no JSON"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) final;

 protected:
  // Always false, so that an event can return it.
  bool Fail(std::string problem);

 private:
  absl::Status status_;
};

}  // namespace moduled::nn
