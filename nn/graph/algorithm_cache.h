// Which algorithm was the fastest, by problem: measuring takes longer than running, and its answer depends on nothing
// but the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace moduled::nn {

// Pairs of a problem and the name of the algorithm that was chosen for it.
using AlgorithmChoices = std::vector<std::pair<std::string, std::string>>;

// Thread-safe. Of bounded size, since clients choose the shapes: what nobody asked for longest goes first.
class AlgorithmCache {
 public:
  static constexpr size_t kMaxChoices = 16384;

  explicit AlgorithmCache(size_t max_choices = kMaxChoices) : max_choices_(max_choices) {}

  // The name of the algorithm that was chosen for a problem.
  std::optional<std::string> Find(absl::string_view problem);

  // A choice that was measured now.
  void Insert(absl::string_view problem, absl::string_view algorithm);
  // A choice that was measured elsewhere: taken where none is known, as long as there is room.
  void Offer(absl::string_view problem, absl::string_view algorithm);

  // All choices, by problem: what a file keeps.
  AlgorithmChoices Choices() const;
  // How many choices were measured, and not known before.
  uint64_t measured() const;

 private:
  struct Choice {
    std::string algorithm;
    uint64_t last_use = 0;
  };

  const size_t max_choices_;
  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, Choice> choices_ ABSL_GUARDED_BY(mutex_);
  uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t measured_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace moduled::nn
