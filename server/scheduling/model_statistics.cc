#include "server/scheduling/model_statistics.h"

namespace moduled::server {

void ModelStatistics::Add(const RequestRecord& record) {
  if (!record.is_known_model) return;
  absl::MutexLock lock(&mutex_);
  VersionStatistics& statistics = versions_[{record.model.name, record.model.version}];
  statistics.model = record.model;
  (record.status.ok() ? statistics.success : statistics.fail).Add(record.total);
  if (!record.was_run) return;
  statistics.queued.Add(record.queued);
  statistics.computed.Add(record.computed);
  if (record.leads_batch) {
    ++statistics.runs;
    statistics.by_batch[record.batch_rows].Add(record.computed);
  }
  if (!record.status.ok()) return;
  statistics.rows += static_cast<uint64_t>(record.rows);
  statistics.last = record.received + record.total;
}

void ModelStatistics::Forget(const contract::ModelRef& model) {
  absl::MutexLock lock(&mutex_);
  versions_.erase({model.name, model.version});
}

std::vector<VersionStatistics> ModelStatistics::List(const contract::ModelRef& model) const {
  std::vector<VersionStatistics> list;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, statistics] : versions_) {
    if (!model.name.empty() && key.first != model.name) continue;
    if (!model.version.empty() && key.second != model.version) continue;
    list.push_back(statistics);
  }
  return list;
}

}  // namespace moduled::server
