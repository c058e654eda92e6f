// A model and one of its versions.
#pragma once

#include <string>

namespace moduled::contract {

struct ModelRef {
  std::string name;
  std::string version;  // A number, or empty for the one that the server serves by default.

  bool operator==(const ModelRef&) const = default;
};

}  // namespace moduled::contract
