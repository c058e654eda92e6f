// Small JSON texts of any form: the index of a sharded checkpoint, and what __metadata__ holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::nn {

struct JsonValue {
  using List = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;  // In the order of the text; keys are unique.

  std::variant<std::nullptr_t, bool, int64_t, double, std::string, List, Object> value;

  // Null unless the value is of that kind.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
};

// The member of that name, or null.
const JsonValue* Find(const JsonValue::Object& object, absl::string_view key);

// Refuses bad JSON and UTF-8, duplicate keys, and nesting deeper than any of these texts. Integers beyond int64 become
// doubles.
absl::StatusOr<JsonValue> ParseJson(absl::string_view text);

}  // namespace moduled::nn
