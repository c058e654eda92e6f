// Which loads are measured: a sweep from the first to the last, or a search for the highest that is fast enough.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace moduled::modulectl::bench {

struct LevelRange {
  double start = 1;
  double end = 1;
  double step = 1;
};

// "4", "1:32" or "1:32:4". INVALID_ARGUMENT unless 0 < start <= end, 0 < step, and all are finite.
absl::StatusOr<LevelRange> ParseLevelRange(const std::string& text);
// The same, of whole numbers of at most `most`.
absl::StatusOr<LevelRange> ParseCountRange(const std::string& text, double most);

// A level at a time: the next one depends on how fast the last one was.
class LevelSearch {
 public:
  enum class Order {
    kSweep,   // start, start + step, ... until the end, or until a level is too slow.
    kBinary,  // start, end, then the middle of what is between the fast and the slow, down to a step.
  };
  LevelSearch(LevelRange range, Order order) : range_(range), order_(order) {}

  // Nothing when there is no more to measure.
  std::optional<double> Next();
  // Of the level that Next gave last.
  void Report(bool fast_enough);

  // The highest level that was fast enough.
  std::optional<double> best() const { return best_; }

 private:
  std::optional<double> NextOfSweep() const;
  std::optional<double> NextOfBinary() const;

  const LevelRange range_;
  const Order order_;
  std::optional<double> last_;
  std::optional<double> best_;
  std::optional<double> too_slow_;  // The lowest.
};

}  // namespace moduled::modulectl::bench
