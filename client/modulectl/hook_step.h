// One step of a hook on the command line, and the numbers in it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::modulectl {

// "mean=0,1" taken apart.
struct Step {
  absl::string_view text;
  absl::string_view name;
  absl::string_view value;
  bool has_value = false;

  // INVALID_ARGUMENT that names the step.
  absl::Status Invalid(absl::string_view problem) const;
  // The value between its commas; none if it is empty.
  std::vector<absl::string_view> items() const;
};

// INVALID_ARGUMENT, naming the step, if the text is none.
absl::StatusOr<int64_t> ParseInt(const Step& step, absl::string_view text);
absl::StatusOr<uint32_t> ParseCount(const Step& step, absl::string_view text);
absl::StatusOr<double> ParseNumber(const Step& step, absl::string_view text);
absl::StatusOr<std::vector<int64_t>> ParseInts(const Step& step, const std::vector<absl::string_view>& items);

}  // namespace moduled::modulectl
