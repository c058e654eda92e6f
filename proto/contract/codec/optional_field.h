// `optional` fields of messages as std::optional.
#pragma once

#include <optional>

namespace moduled::contract {

// Optional(message.has_x(), message.x()).
template <class T>
std::optional<T> Optional(bool is_set, T value) {
  return is_set ? std::optional<T>(value) : std::nullopt;
}

}  // namespace moduled::contract
