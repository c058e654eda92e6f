// The service Admin. Its calls read and write files: they run on a thread of their own, one after the other.
#pragma once

#include <cstddef>

#include "moduled/v1/admin.grpc.pb.h"
#include "proto/contract/admin.h"
#include "server/rpc/intake.h"
#include "server/rpc/unary.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

class AdminRpc final : public v1::Admin::WithRawCallbackMethod_LoadModel<
                           v1::Admin::WithRawCallbackMethod_UnloadModel<v1::Admin::WithRawCallbackMethod_LoadStateDict<
                               v1::Admin::WithRawCallbackMethod_Apply<v1::Admin::WithRawCallbackMethod_Train<
                                   v1::Admin::WithRawCallbackMethod_RequiresGrad<v1::Admin::Service>>>>>> {
 public:
  // `admin` must outlive the server. `max_state_dict_bytes` bounds what one LoadStateDict may send.
  AdminRpc(contract::Admin& admin, const Intake& intake, size_t max_state_dict_bytes)
      : admin_(admin), intake_(intake), max_state_dict_bytes_(max_state_dict_bytes) {}

  grpc::ServerUnaryReactor* LoadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UnloadModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* LoadStateDict(grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Apply(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Train(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RequiresGrad(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

 private:
  contract::Admin& admin_;
  const Intake intake_;
  const size_t max_state_dict_bytes_;
  WorkerThread worker_;
};

}  // namespace moduled::server
