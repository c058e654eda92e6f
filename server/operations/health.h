// Which models are ready, remembered until somebody can be told.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace moduled::server {

// Thread-safe. Models are loaded before the server that answers for their health is started, and after.
class Health {
 public:
  using Sink = std::function<void(const std::string& name, bool serving)>;

  // Whether the server takes requests at all: from when it has loaded what it should serve until it begins to stop.
  void SetReady(bool ready) { ready_ = ready; }
  bool is_ready() const { return ready_; }

  void Set(const std::string& name, bool serving);
  // Tells the sink all there is to tell, and from now on every change. An empty sink is told nothing.
  void Publish(Sink sink);

 private:
  std::atomic<bool> ready_ = false;
  absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  Sink sink_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
