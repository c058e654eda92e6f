// The gRPC server: the services of moduled.v1, the Open Inference Protocol, health and reflection, on one port.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/admin.h"
#include "proto/contract/inference.h"
#include "proto/contract/introspection.h"
#include "server/access/access_control.h"
#include "server/access/certificates.h"
#include "server/access/connection_limits.h"
#include "server/hooks/subscription_hub.h"
#include "server/rpc/admin_rpc.h"
#include "server/rpc/health_port.h"
#include "server/rpc/hooks_rpc.h"
#include "server/rpc/inference_rpc.h"
#include "server/rpc/introspection_rpc.h"
#include "server/rpc/open_inference_rpc.h"
#include "server/scheduling/byte_admission.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

struct RpcOptions {
  std::string listen = "127.0.0.1:8001";  // Port 0: one that the system chooses.
  size_t max_message_bytes = size_t{256} << 20;
  size_t max_state_dict_bytes = size_t{8} << 30;  // Of one LoadStateDict.
  const Certificates* certificates = nullptr;     // Null: plaintext. Must outlive the server.
  std::string health_listen = {};                 // Empty: health is answered on the same port alone.
  ConnectionLimits limits = {};
  absl::Duration heartbeat = HooksRpc::kHeartbeat;
};

// What the services offer. All must outlive the server.
struct RpcBackends {
  contract::Introspection& introspection;
  contract::Inference& inference;
  SubscriptionHub& hooks;
  contract::Admin& admin;
  open_inference::Service& open_inference;
  const AccessControl& access;
  ByteAdmission& admission;
};

class RpcServer {
 public:
  // UNAVAILABLE if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(RpcBackends backends, const RpcOptions& options);
  // Shuts down at once, if that was not done before.
  ~RpcServer();

  // HOST:PORT, with the port that is listened on.
  const std::string& address() const { return address_; }
  // The same of health's own port; null if it has none.
  const std::string* health_address() const { return health_port_ == nullptr ? nullptr : &health_port_->address(); }

  // What grpc.health.v1 answers for the server ("") or for a model. Thread-safe.
  void SetServing(const std::string& name, bool serving);
  // From now on health answers NOT_SERVING for every name, whatever SetServing says.
  void StopServing();

  // Takes no more calls, waits for those that run, and cancels what is left at the deadline.
  void Shutdown(absl::Time deadline);

 private:
  RpcServer(RpcBackends backends, const RpcOptions& options);

  const std::shared_ptr<grpc::ServerCredentials> credentials_;  // gRPC asks it for every connection.
  const Intake intake_;
  WorkerThread delivery_;  // Before the services: they post to it.
  IntrospectionRpc introspection_;
  InferenceRpc inference_;
  HooksRpc hooks_;
  AdminRpc admin_;
  OpenInferenceRpc open_inference_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;  // After the services: it calls them.
  std::unique_ptr<HealthPort> health_port_;
};

}  // namespace moduled::server
