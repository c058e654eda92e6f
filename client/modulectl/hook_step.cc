#include "client/modulectl/hook_step.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {

absl::Status Step::Invalid(absl::string_view problem) const {
  return absl::InvalidArgumentError(absl::StrCat("hook step \"", text, "\": ", problem));
}

std::vector<absl::string_view> Step::items() const {
  if (value.empty()) return {};
  return absl::StrSplit(value, ',');
}

absl::StatusOr<int64_t> ParseInt(const Step& step, absl::string_view text) {
  int64_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  return step.Invalid(absl::StrCat("not an integer (got \"", text, "\")"));
}

absl::StatusOr<uint32_t> ParseCount(const Step& step, absl::string_view text) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  return step.Invalid(absl::StrCat("not a count (got \"", text, "\")"));
}

absl::StatusOr<double> ParseNumber(const Step& step, absl::string_view text) {
  double number = 0;
  if (absl::SimpleAtod(text, &number)) return number;
  return step.Invalid(absl::StrCat("not a number (got \"", text, "\")"));
}

absl::StatusOr<std::vector<int64_t>> ParseInts(const Step& step, const std::vector<absl::string_view>& items) {
  std::vector<int64_t> numbers;
  for (const absl::string_view item : items) {
    ASSIGN_OR_RETURN(const int64_t number, ParseInt(step, item));
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace moduled::modulectl
