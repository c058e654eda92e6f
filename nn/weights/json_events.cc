#include "nn/weights/json_events.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

absl::Status JsonEvents::Run(absl::string_view text) {
  // The library takes a NUL for the end of the text, and would let anything pass behind it.
  const size_t nul = text.find('\0');
  if (nul != text.npos) {
    Fail(absl::StrCat("not valid JSON at byte ", nul + 1));
  } else if (!nlohmann::json::sax_parse(text.begin(), text.end(), this)) {
    Fail("not valid JSON");  // Unless an event has said more.
  }
  return status_;
}

bool JsonEvents::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
  return Fail(absl::StrCat("not valid JSON at byte ", position));
}

bool JsonEvents::Fail(std::string problem) {
  if (status_.ok()) status_ = absl::InvalidArgumentError(std::move(problem));
  return false;
}

}  // namespace moduled::nn
