// The hooks of one kind on one module, in the order in which they fire.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "nn/modules/hooks.h"

namespace moduled::nn {

// One counter for the process, as in torch: an id never comes back.
inline uint64_t NextHookId() {
  static std::atomic<uint64_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

template <class Hook>
class HookList {
 public:
  struct Entry {
    uint64_t id;
    Hook hook;
    HookOptions options;
  };

  RemovableHandle Add(Hook hook, HookOptions options) {
    const uint64_t id = NextHookId();
    entries_->insert(options.prepend ? entries_->begin() : entries_->end(), {id, std::move(hook), options});
    // The handle may outlive the module: it holds on to the list weakly.
    return RemovableHandle(id, [list = std::weak_ptr<std::vector<Entry>>(entries_), id] {
      if (const auto entries = list.lock())
        std::erase_if(*entries, [id](const Entry& entry) { return entry.id == id; });
    });
  }

  bool empty() const { return entries_->empty(); }
  const std::vector<Entry>& entries() const { return *entries_; }

 private:
  std::shared_ptr<std::vector<Entry>> entries_ = std::make_shared<std::vector<Entry>>();
};

}  // namespace moduled::nn
