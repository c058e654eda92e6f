// The service Inference: decodes, calls, encodes.
#pragma once

#include "moduled/v1/inference.grpc.pb.h"
#include "proto/contract/inference.h"
#include "server/rpc/intake.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

class InferenceRpc final
    : public v1::Inference::WithRawCallbackMethod_Forward<v1::Inference::WithRawCallbackMethod_ForwardStream<
          v1::Inference::WithRawCallbackMethod_Backward<v1::Inference::Service>>> {
 public:
  // Both must outlive the server. `delivery` wakes streams that executors have something for.
  InferenceRpc(contract::Inference& inference, WorkerThread& delivery, const Intake& intake)
      : inference_(inference), delivery_(delivery), intake_(intake) {}

  grpc::ServerUnaryReactor* Forward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ForwardStream(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* Backward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;

 private:
  contract::Inference& inference_;
  WorkerThread& delivery_;
  const Intake intake_;
};

}  // namespace moduled::server
