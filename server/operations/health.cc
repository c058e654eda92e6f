#include "server/operations/health.h"

#include <utility>

namespace moduled::server {

void Health::Set(const std::string& name, bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_[name] = serving;
  if (sink_) sink_(name, serving);
}

void Health::Publish(Sink sink) {
  absl::MutexLock lock(&mutex_);
  sink_ = std::move(sink);
  if (!sink_) return;
  for (const auto& [name, serving] : serving_) sink_(name, serving);
}

}  // namespace moduled::server
