#include "server/hooks/subscription_hub.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// Events that may wait at most, whatever is asked for: their values are bounded apart from this.
constexpr uint32_t kMaxQueueSize = 65536;

// Whoever subscribes only looks: what requests of others compute is not his to change.
absl::Status CheckLooksOnly(const std::vector<contract::Hook>& hooks) {
  for (size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i].edits.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat("hooks[", i, "].edits: only the hooks of a request may edit"));
  }
  return absl::OkStatus();
}

// The paths that a new subscription selects. Unlike a request it has no reply to say what selects nothing.
absl::StatusOr<std::vector<std::string>> SelectedPaths(const std::vector<HookSelector>& selectors,
                                                       const HookTargets& targets) {
  std::vector<size_t> places;
  std::string nothing;
  for (const HookSelector& selector : selectors) {
    const std::vector<size_t> selected = selector.Select(targets);
    if (selected.empty()) {
      if (selector.hook().selector_kind == contract::SelectorKind::kPath) {
        return absl::NotFoundError(selector.WhyNone(targets));
      }
      if (nothing.empty()) nothing = selector.WhyNone(targets);
    }
    places.insert(places.end(), selected.begin(), selected.end());
  }
  if (places.empty()) return absl::NotFoundError(nothing);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::vector<std::string> paths;
  for (const size_t place : places) paths.push_back(targets.targets()[place].path);
  return paths;
}

// The end of a subscription that is read by waiting.
class LocalSubscription final : public contract::Subscription {
 public:
  LocalSubscription(SubscriptionHub& hub, std::shared_ptr<const SubscriptionHub::Open> open)
      : hub_(hub), open_(std::move(open)) {}
  ~LocalSubscription() override { Cancel(); }

  const std::string& id() const override { return open_->id; }
  const std::vector<std::string>& paths() const override { return open_->paths; }
  absl::StatusOr<std::optional<contract::HookEvent>> Next(absl::Time deadline) override {
    absl::StatusOr<std::optional<contract::HookEvent>> event = open_->queue->Pop(deadline);
    ended_ = absl::IsUnavailable(event.status());
    return event;
  }
  std::string resume_token() const override { return ended_ ? TokenOf(open_->queue->point()) : ""; }
  void Cancel() override { hub_.CloseSubscription(open_->id, absl::CancelledError("the subscription was cancelled")); }

 private:
  SubscriptionHub& hub_;
  const std::shared_ptr<const SubscriptionHub::Open> open_;
  std::atomic<bool> ended_ = false;  // By the server.
};

}  // namespace

absl::StatusOr<std::unique_ptr<contract::Subscription>> SubscriptionHub::Subscribe(
    const contract::SubscribeCall& call) {
  ASSIGN_OR_RETURN(auto open, OpenSubscription(call));
  return std::make_unique<LocalSubscription>(*this, std::move(open));
}

absl::StatusOr<std::shared_ptr<const SubscriptionHub::Open>> SubscriptionHub::OpenSubscription(
    const contract::SubscribeCall& call) {
  if (call.hooks.empty()) return absl::InvalidArgumentError("hooks: none (want at least one)");
  if (call.queue_size < 1 || call.queue_size > kMaxQueueSize) {
    return absl::InvalidArgumentError(absl::StrCat("queue_size: got ", call.queue_size, ", want 1 to ", kMaxQueueSize));
  }
  RETURN_IF_ERROR(CheckLooksOnly(call.hooks));
  auto open = std::make_shared<Open>();
  open->call = call;
  ASSIGN_OR_RETURN(open->selectors, CompileHooks(call.hooks));
  ASSIGN_OR_RETURN(const ServedTree served, resolver_(call.model));
  ASSIGN_OR_RETURN(open->paths, SelectedPaths(open->selectors, HookTargets(*served.root, served.input_names)));
  ASSIGN_OR_RETURN(const ResumePoint from, ParseResumeToken(call.resume_token));
  open->queue = std::make_shared<EventQueue>(call.queue_size, options_.max_queue_bytes, from);

  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(closed_);
  if (subscriptions_.size() >= options_.max_subscriptions) {
    return absl::ResourceExhaustedError(
        absl::StrCat("subscriptions: too many are open (want at most ", options_.max_subscriptions, ")"));
  }
  const uint64_t number = next_id_++;
  open->id = absl::StrCat(number);
  subscriptions_.emplace(number, open);
  interests_.clear();
  open_.store(subscriptions_.size(), std::memory_order_release);
  return open;
}

void SubscriptionHub::CloseSubscription(const std::string& id, absl::Status reason) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(id, &number)) return;
  std::shared_ptr<const Open> closed;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = subscriptions_.find(number);
    if (it == subscriptions_.end()) return;
    closed = std::move(it->second);
    Count(*closed->queue, ended_);
    subscriptions_.erase(it);
    interests_.clear();
    open_.store(subscriptions_.size(), std::memory_order_release);
  }
  closed->queue->Close(std::move(reason));
}

void SubscriptionHub::CloseAll(absl::Status reason) {
  Subscriptions closed;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = reason;
    closed.swap(subscriptions_);
    for (const auto& [number, open] : closed) Count(*open->queue, ended_);
    interests_.clear();
    open_.store(0, std::memory_order_release);
  }
  for (const auto& [number, open] : closed) open->queue->Close(reason);
}

void SubscriptionHub::Count(const EventQueue& queue, Totals& totals) {
  const EventQueue::Counts counts = queue.counts();
  totals.delivered += counts.delivered;
  totals.dropped += counts.dropped;
}

SubscriptionHub::Totals SubscriptionHub::totals() {
  absl::MutexLock lock(&mutex_);
  Totals totals = ended_;
  totals.open = subscriptions_.size();
  for (const auto& [number, open] : subscriptions_) Count(*open->queue, totals);
  return totals;
}

absl::StatusOr<std::vector<contract::SubscriptionInfo>> SubscriptionHub::ListSubscriptions() {
  std::vector<contract::SubscriptionInfo> list;
  absl::MutexLock lock(&mutex_);
  for (const auto& [number, open] : subscriptions_) {
    const EventQueue::Counts counts = open->queue->counts();
    list.push_back({open->id, open->call.model, open->call.hooks, counts.delivered, counts.dropped,
                    static_cast<uint32_t>(counts.queued)});
  }
  return list;
}

std::shared_ptr<const Interest> SubscriptionHub::InterestIn(const contract::ModelRef& model, const nn::Module& root,
                                                            absl::Span<const std::string> input_names) {
  if (!has_subscriptions()) return nullptr;
  const std::pair<std::string, std::string> key(model.name, model.version);
  Subscriptions subscriptions;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto it = interests_.find(key); it != interests_.end()) return it->second;
    subscriptions = subscriptions_;
  }
  // Patterns are held against names outside of the lock.
  auto interest = std::make_shared<Interest>();
  std::optional<HookTargets> targets;
  for (const auto& [number, open] : subscriptions) {
    const contract::ModelRef& wanted = open->call.model;
    if (wanted.name != model.name || (!wanted.version.empty() && wanted.version != model.version)) continue;
    if (!targets.has_value()) targets.emplace(root, input_names);
    Watch watch{open->queue, HookSet(open->selectors, *targets), {}};
    for (const HookSelector& selector : open->selectors) watch.transforms.push_back(selector.transform());
    if (!watch.hooks.observed().empty()) interest->push_back(std::move(watch));
  }
  std::shared_ptr<const Interest> found = interest->empty() ? nullptr : std::move(interest);
  absl::MutexLock lock(&mutex_);
  // Only if nobody came or went meanwhile: the next run finds out otherwise.
  if (subscriptions == subscriptions_) interests_.emplace(key, found);
  return found;
}

}  // namespace moduled::server
