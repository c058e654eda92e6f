// Which algorithm was the fastest, by problem: measuring takes longer than running, and its answer depends on nothing
// but the machine.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace moduled::nn {

// Thread-safe.
class AlgorithmCache {
 public:
  // The name of the algorithm that was chosen for a problem.
  std::optional<std::string> Find(absl::string_view problem) const {
    absl::MutexLock lock(&mutex_);
    const auto found = choices_.find(problem);
    return found == choices_.end() ? std::nullopt : std::make_optional(found->second);
  }

  void Insert(absl::string_view problem, absl::string_view algorithm) {
    absl::MutexLock lock(&mutex_);
    choices_.insert_or_assign(std::string(problem), std::string(algorithm));
  }

  // All choices, by problem: what a file keeps.
  std::vector<std::pair<std::string, std::string>> Choices() const {
    absl::MutexLock lock(&mutex_);
    return {choices_.begin(), choices_.end()};
  }

 private:
  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, std::string> choices_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::nn
