// The service Introspection: decodes, asks, encodes.
#pragma once

#include "moduled/v1/introspection.grpc.pb.h"
#include "proto/contract/introspection.h"
#include "server/rpc/intake.h"
#include "server/rpc/unary.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

template <class Service>
using RawIntrospection = v1::Introspection::WithRawCallbackMethod_ListModels<
    v1::Introspection::WithRawCallbackMethod_DescribeModel<v1::Introspection::WithRawCallbackMethod_NamedModules<
        v1::Introspection::WithRawCallbackMethod_NamedChildren<v1::Introspection::WithRawCallbackMethod_GetSubmodule<
            v1::Introspection::WithRawCallbackMethod_NamedParameters<
                v1::Introspection::WithRawCallbackMethod_GetParameter<
                    v1::Introspection::WithRawCallbackMethod_NamedBuffers<
                        v1::Introspection::WithRawCallbackMethod_GetBuffer<
                            v1::Introspection::WithRawCallbackMethod_StateDict<
                                v1::Introspection::WithRawCallbackMethod_Summary<
                                    v1::Introspection::WithRawCallbackMethod_DescribePlan<Service>>>>>>>>>>>>;

class IntrospectionRpc final : public RawIntrospection<v1::Introspection::Service> {
 public:
  // `introspection` must outlive the server.
  IntrospectionRpc(contract::Introspection& introspection, const Intake& intake)
      : introspection_(introspection), intake_(intake) {}

  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DescribeModel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* NamedModules(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* NamedChildren(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetSubmodule(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* NamedParameters(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetParameter(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* NamedBuffers(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetBuffer(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* StateDict(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* Summary(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DescribePlan(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

 private:
  contract::Introspection& introspection_;
  const Intake intake_;
  WorkerThread worker_;  // For what reads directories, and what traces.
};

}  // namespace moduled::server
