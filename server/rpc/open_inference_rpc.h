// The service GRPCInferenceService of the Open Inference Protocol: decodes, calls, encodes.
#pragma once

#include "open_inference/grpc_service.grpc.pb.h"
#include "server/open_inference/service.h"
#include "server/rpc/intake.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

// Every method as gRPC's raw callback one.
using RawOpenInference = inference::GRPCInferenceService::WithRawCallbackMethod_ServerLive<
    inference::GRPCInferenceService::WithRawCallbackMethod_ServerReady<
        inference::GRPCInferenceService::WithRawCallbackMethod_ModelReady<
            inference::GRPCInferenceService::WithRawCallbackMethod_ServerMetadata<
                inference::GRPCInferenceService::WithRawCallbackMethod_ModelMetadata<
                    inference::GRPCInferenceService::WithRawCallbackMethod_ModelInfer<
                        inference::GRPCInferenceService::WithRawCallbackMethod_ModelStreamInfer<
                            inference::GRPCInferenceService::WithRawCallbackMethod_ModelConfig<
                                inference::GRPCInferenceService::WithRawCallbackMethod_ModelStatistics<
                                    inference::GRPCInferenceService::WithRawCallbackMethod_RepositoryIndex<
                                        inference::GRPCInferenceService::WithRawCallbackMethod_RepositoryModelLoad<
                                            inference::GRPCInferenceService::
                                                WithRawCallbackMethod_RepositoryModelUnload<
                                                    inference::GRPCInferenceService::WithRawCallbackMethod_TraceSetting<
                                                        inference::GRPCInferenceService::
                                                            WithRawCallbackMethod_LogSettings<
                                                                inference::GRPCInferenceService::Service>>>>>>>>>>>>>>;

class OpenInferenceRpc final : public RawOpenInference {
 public:
  using Context = grpc::CallbackServerContext;
  using Bytes = grpc::ByteBuffer;

  // `service` must outlive the server. Loads and unloads have a thread of their own.
  OpenInferenceRpc(open_inference::Service& service, const Intake& intake) : service_(service), intake_(intake) {}

  grpc::ServerUnaryReactor* ServerLive(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ServerReady(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ModelReady(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ModelInfer(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerBidiReactor<Bytes, Bytes>* ModelStreamInfer(Context* context) override;
  grpc::ServerUnaryReactor* ModelConfig(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* ModelStatistics(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* RepositoryIndex(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* RepositoryModelLoad(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* RepositoryModelUnload(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* TraceSetting(Context* context, const Bytes* request, Bytes* response) override;
  grpc::ServerUnaryReactor* LogSettings(Context* context, const Bytes* request, Bytes* response) override;

 private:
  open_inference::Service& service_;
  const Intake intake_;
  WorkerThread worker_;
};

}  // namespace moduled::server
