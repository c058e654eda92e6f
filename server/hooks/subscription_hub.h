// Who watches which modules: contract::Hooks in process, and what runs of models need to know of it.
//
// While nobody subscribes, a run pays one atomic load. While somebody does, it looks its model up under a lock that is
// held for a moment; delivering never waits for a subscriber.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "nn/modules/module.h"
#include "proto/contract/hooks.h"
#include "server/hooks/event_queue.h"
#include "server/hooks/hook_set.h"
#include "server/hooks/selector.h"

namespace moduled::server {

// A model version that serves, pinned.
struct ServedTree {
  contract::ModelRef model;
  std::shared_ptr<const nn::Module> root;
  std::vector<std::string> input_names = {};  // As the model declares them.
};

// What one subscription watches in one model version.
struct Watch {
  std::shared_ptr<EventQueue> queue;
  HookSet hooks;
  std::vector<std::shared_ptr<const Transform>> transforms;  // By hook; null for those that have none.
};
using Interest = std::vector<Watch>;

struct HubOptions {
  size_t max_subscriptions = 1024;
  size_t max_queue_bytes = size_t{256} << 20;  // Of one subscription.
};

class SubscriptionHub final : public contract::Hooks {
 public:
  // An open subscription's parts, shared by the hub and its reader.
  struct Open {
    std::string id;
    contract::SubscribeCall call;
    std::vector<HookSelector> selectors;
    std::vector<std::string> paths;
    std::shared_ptr<EventQueue> queue;
  };

  // Finds the model that a subscription names; an empty version means the one that serves.
  using Resolver = std::function<absl::StatusOr<ServedTree>(const contract::ModelRef&)>;
  SubscriptionHub(Resolver resolver, HubOptions options) : resolver_(std::move(resolver)), options_(options) {}

  // NOT_FOUND for an unknown model, an unknown path, and hooks that select nothing at all.
  absl::StatusOr<std::unique_ptr<contract::Subscription>> Subscribe(const contract::SubscribeCall& call) override;
  absl::StatusOr<std::vector<contract::SubscriptionInfo>> ListSubscriptions() override;

  // The same for readers that must not block: they take events from the queue, and close what they opened.
  absl::StatusOr<std::shared_ptr<const Open>> OpenSubscription(const contract::SubscribeCall& call);
  void CloseSubscription(const std::string& id, absl::Status reason);

  // Since the start, of subscriptions that have ended too.
  struct Totals {
    size_t open = 0;
    uint64_t delivered = 0;
    uint64_t dropped = 0;
  };
  Totals totals();

  // Whether anybody watches anything.
  bool has_subscriptions() const { return open_.load(std::memory_order_acquire) != 0; }

  // What runs of this version must observe. Null if nothing. Watches with equal modules are not merged. `input_names`
  // are those that the version declares.
  std::shared_ptr<const Interest> InterestIn(const contract::ModelRef& model, const nn::Module& root,
                                             absl::Span<const std::string> input_names = {});

  // Ends all subscriptions and refuses new ones, with this reason.
  void CloseAll(absl::Status reason);

 private:
  static void Count(const EventQueue& queue, Totals& totals);
  using Subscriptions = std::map<uint64_t, std::shared_ptr<const Open>>;  // In the order in which they were opened.

  const Resolver resolver_;
  const HubOptions options_;
  std::atomic<size_t> open_ = 0;  // subscriptions_.size(), to be read without the lock.
  absl::Mutex mutex_;
  Subscriptions subscriptions_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  Totals ended_ ABSL_GUARDED_BY(mutex_);  // Of subscriptions that have.
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  // By name and version. Forgotten whenever subscriptions change.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Interest>> interests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
