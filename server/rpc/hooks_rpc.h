// The service Hooks: opens subscriptions and streams their events.
#pragma once

#include <memory>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "moduled/v1/hooks.grpc.pb.h"
#include "server/hooks/subscription_hub.h"
#include "server/rpc/event_stream.h"
#include "server/rpc/intake.h"
#include "server/rpc/unary.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

class HooksRpc final : public v1::Hooks::WithRawCallbackMethod_Subscribe<
                           v1::Hooks::WithRawCallbackMethod_ListSubscriptions<v1::Hooks::Service>> {
 public:
  // Proxies cut streams that are silent for a minute, some sooner: one is silent for at most twice this.
  static constexpr absl::Duration kHeartbeat = absl::Seconds(10);

  // Both must outlive the server.
  HooksRpc(SubscriptionHub& hub, WorkerThread& delivery, const Intake& intake, absl::Duration heartbeat = kHeartbeat);

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* ListSubscriptions(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;

 private:
  void Beat();

  SubscriptionHub& hub_;
  WorkerThread& delivery_;
  const Intake intake_;
  absl::Mutex mutex_;
  std::set<std::shared_ptr<EventStream>> streams_ ABSL_GUARDED_BY(mutex_);
  WorkerThread heart_;  // The last member: it stops before the others go.
};

}  // namespace moduled::server
