#include "client/modulectl/bench/levels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl::bench {
namespace {

absl::Status Malformed(const std::string& text, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat("range: got \"", text, "\", want ", want));
}

bool IsCount(double number) { return number == std::floor(number); }

}  // namespace

absl::StatusOr<LevelRange> ParseLevelRange(const std::string& text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  std::vector<double> numbers(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts.size() > 3 || !absl::SimpleAtod(parts[i], &numbers[i]) || !std::isfinite(numbers[i])) {
      return Malformed(text, "START, START:END or START:END:STEP");
    }
  }
  LevelRange range{.start = numbers[0], .end = numbers[0], .step = 1};
  if (numbers.size() > 1) range.end = numbers[1];
  if (numbers.size() > 2) range.step = numbers[2];
  if (range.start <= 0 || range.end < range.start || range.step <= 0) {
    return Malformed(text, "0 < START <= END and 0 < STEP");
  }
  return range;
}

absl::StatusOr<LevelRange> ParseCountRange(const std::string& text, double most) {
  ASSIGN_OR_RETURN(const LevelRange range, ParseLevelRange(text));
  if (!IsCount(range.start) || !IsCount(range.end) || !IsCount(range.step) || range.end > most) {
    return Malformed(text, absl::StrCat("whole numbers of at most ", most));
  }
  return range;
}

std::optional<double> LevelSearch::Next() {
  last_ = order_ == Order::kSweep ? NextOfSweep() : NextOfBinary();
  return last_;
}

void LevelSearch::Report(bool fast_enough) {
  if (!last_.has_value()) return;
  if (fast_enough) {
    best_ = std::max(best_.value_or(*last_), *last_);
  } else {
    too_slow_ = std::min(too_slow_.value_or(*last_), *last_);
  }
}

std::optional<double> LevelSearch::NextOfSweep() const {
  if (!last_.has_value()) return range_.start;
  // A higher load is not faster.
  const double next = *last_ + range_.step;
  if (too_slow_.has_value() || next > range_.end) return std::nullopt;
  return next;
}

std::optional<double> LevelSearch::NextOfBinary() const {
  if (!last_.has_value()) return range_.start;
  if (!best_.has_value()) return std::nullopt;  // Not even the lowest.
  if (!too_slow_.has_value()) return *best_ < range_.end ? std::optional<double>(range_.end) : std::nullopt;
  if (*too_slow_ - *best_ <= range_.step) return std::nullopt;
  // On the grid of the sweep.
  const double steps = std::floor((*too_slow_ - *best_) / range_.step / 2);
  return *best_ + std::max(1.0, steps) * range_.step;
}

}  // namespace moduled::modulectl::bench
