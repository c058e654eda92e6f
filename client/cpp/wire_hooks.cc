#include "client/cpp/wire_hooks.h"

#include <grpcpp/grpcpp.h>

#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/cpp/call.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/hooks_codec.h"

namespace moduled::client {
namespace {

// A stream of events. One message is read ahead and no more: a reader that is slow fills the server's bounded queue,
// which drops the oldest, and not this process's memory.
class WireSubscription final : public contract::Subscription, public grpc::ClientReadReactor<v1::SubscribeResponse> {
 public:
  WireSubscription(std::shared_ptr<v1::Hooks::Stub> stub, const contract::SubscribeCall& call)
      : stub_(std::move(stub)) {
    contract::Encode(call, request_);
    stub_->async()->Subscribe(&context_, &request_, this);
    StartRead(&message_);
    StartCall();
  }

  ~WireSubscription() override {
    Cancel();
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&done_));
  }

  // Waits for the first message, which says what was subscribed to.
  absl::Status Open() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &WireSubscription::HasNews));
    if (!arrived_) return status_;
    if (!message_.has_subscribed()) return absl::InternalError("the stream does not start with `subscribed`");
    id_ = message_.subscribed().id();
    paths_.assign(message_.subscribed().paths().begin(), message_.subscribed().paths().end());
    ReadOn();
    return absl::OkStatus();
  }

  const std::string& id() const override { return id_; }
  const std::vector<std::string>& paths() const override { return paths_; }

  absl::StatusOr<std::optional<contract::HookEvent>> Next(absl::Time deadline) override {
    absl::MutexLock lock(&mutex_);
    while (true) {
      if (!mutex_.AwaitWithDeadline(absl::Condition(this, &WireSubscription::HasNews), deadline)) return std::nullopt;
      if (!arrived_) return status_;
      if (message_.has_event()) break;
      if (message_.has_ended()) resume_token_ = message_.ended().resume_token();
      ReadOn();  // A heartbeat, or the end.
    }
    absl::StatusOr<contract::HookEvent> event = contract::DecodeEvent(std::move(*message_.mutable_event()));
    ReadOn();
    RETURN_IF_ERROR(event.status());
    return std::optional<contract::HookEvent>(*std::move(event));
  }

  std::string resume_token() const override {
    absl::MutexLock lock(&mutex_);
    return resume_token_;
  }

  void Cancel() override { context_.TryCancel(); }

 private:
  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return arrived_ || done_; }

  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    arrived_ = false;
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    arrived_ = ok;
  }

  void OnDone(const grpc::Status& status) override {
    absl::MutexLock lock(&mutex_);
    status_ = status.ok() ? absl::UnavailableError("the server ended the subscription") : contract::FromGrpc(status);
    done_ = true;
  }

  const std::shared_ptr<v1::Hooks::Stub> stub_;
  grpc::ClientContext context_;
  v1::SubscribeRequest request_;
  std::string id_;
  std::vector<std::string> paths_;

  mutable absl::Mutex mutex_;
  std::string resume_token_ ABSL_GUARDED_BY(mutex_);
  v1::SubscribeResponse message_ ABSL_GUARDED_BY(mutex_);  // gRPC writes it while no message has arrived.
  bool arrived_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

WireHooks::WireHooks(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : stub_(v1::Hooks::NewStub(channel)), options_(options) {}

absl::StatusOr<std::unique_ptr<contract::Subscription>> WireHooks::Subscribe(const contract::SubscribeCall& call) {
  auto subscription = std::make_unique<WireSubscription>(stub_, call);
  RETURN_IF_ERROR(subscription->Open());
  return std::unique_ptr<contract::Subscription>(std::move(subscription));
}

absl::StatusOr<std::vector<contract::SubscriptionInfo>> WireHooks::ListSubscriptions() {
  ASSIGN_OR_RETURN(v1::ListSubscriptionsResponse response,
                   CallUnary<v1::ListSubscriptionsResponse>(*stub_, &v1::Hooks::Stub::ListSubscriptions,
                                                            v1::ListSubscriptionsRequest(), options_.timeout));
  return contract::Decode(std::move(response));
}

}  // namespace moduled::client
