#include "nn/graph/algorithm_cache.h"

#include <algorithm>

namespace moduled::nn {

std::optional<std::string> AlgorithmCache::Find(absl::string_view problem) {
  absl::MutexLock lock(&mutex_);
  const auto found = choices_.find(problem);
  if (found == choices_.end()) return std::nullopt;
  found->second.last_use = ++uses_;
  return found->second.algorithm;
}

void AlgorithmCache::Insert(absl::string_view problem, absl::string_view algorithm) {
  absl::MutexLock lock(&mutex_);
  ++measured_;
  choices_.insert_or_assign(std::string(problem), Choice{std::string(algorithm), ++uses_});
  if (choices_.size() <= max_choices_) return;
  // To look at all takes no time beside the measurement that has just been made.
  choices_.erase(std::min_element(choices_.begin(), choices_.end(),
                                  [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; }));
}

void AlgorithmCache::Offer(absl::string_view problem, absl::string_view algorithm) {
  absl::MutexLock lock(&mutex_);
  if (choices_.size() < max_choices_) choices_.try_emplace(std::string(problem), Choice{std::string(algorithm)});
}

AlgorithmChoices AlgorithmCache::Choices() const {
  absl::MutexLock lock(&mutex_);
  AlgorithmChoices choices;
  choices.reserve(choices_.size());
  for (const auto& [problem, choice] : choices_) choices.emplace_back(problem, choice.algorithm);
  return choices;
}

uint64_t AlgorithmCache::measured() const {
  absl::MutexLock lock(&mutex_);
  return measured_;
}

}  // namespace moduled::nn
