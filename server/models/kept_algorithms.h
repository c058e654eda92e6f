// Choices of algorithms that outlive the process: one cache for all models, and the file that keeps it.
//
//   <directory>/algorithms-<16 hexadecimal digits>.json   {"machine": TEXT, "choices": {PROBLEM: ALGORITHM, …}}
//
// The digits are a hash of the machine's text, so that each machine and each version has a file of its own. The file is
// replaced whole: of two servers that write at once the second may undo what the first one added, which is measured
// again, but nobody reads half of a file. What it says is not believed: see AlgorithmFile.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "nn/graph/algorithm_cache.h"

namespace moduled::server {

// Thread-safe.
class KeptAlgorithms {
 public:
  using Warn = std::function<void(const std::string&)>;

  // Reads what is kept for this machine. `directory` is made when there is something to keep; empty: nothing is kept.
  // `machine` is what choices depend on beside their problems. `warn` is told, once, of a file that cannot be read, and
  // of one that cannot be written.
  KeptAlgorithms(std::string directory, std::string machine, Warn warn);

  nn::AlgorithmCache& cache() { return cache_; }
  // Keeps what was measured since the last time.
  void Save();

 private:
  const std::string directory_;
  const std::string machine_;
  const Warn warn_;
  nn::AlgorithmCache cache_;
  absl::Mutex mutex_;                           // Of writers.
  uint64_t saved_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the cache's measurements.
  bool warned_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace moduled::server
