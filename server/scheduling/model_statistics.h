// What each version of each model has done since it was loaded, as sums.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/contract/model_ref.h"
#include "server/scheduling/request_record.h"

namespace moduled::server {

struct DurationSum {
  uint64_t count = 0;
  absl::Duration sum = absl::ZeroDuration();

  void Add(absl::Duration duration) {
    ++count;
    sum += duration;
  }
};

struct VersionStatistics {
  contract::ModelRef model;
  absl::Time last = absl::InfinitePast();  // That a call was answered.
  uint64_t rows = 0;                       // Of answered calls.
  uint64_t runs = 0;
  DurationSum success;
  DurationSum fail;
  DurationSum queued;
  DurationSum computed;
  std::map<int64_t, DurationSum> by_batch;  // Runs, by their rows.
};

// Thread-safe. Knows the versions that are served, and no others: what clients ask for does not make it grow.
class ModelStatistics {
 public:
  void Add(const RequestRecord& record);
  // Of a version that is no longer served.
  void Forget(const contract::ModelRef& model);

  // By name and version; an empty name or version means all.
  std::vector<VersionStatistics> List(const contract::ModelRef& model) const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, VersionStatistics> versions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
