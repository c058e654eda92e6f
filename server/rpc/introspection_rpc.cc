#include "server/rpc/introspection_rpc.h"

#include "proto/contract/codec/introspection_codec.h"
#include "proto/contract/codec/plan_codec.h"
#include "proto/contract/codec/summary_codec.h"
#include "server/rpc/later.h"
#include "server/rpc/state_dict_stream.h"

namespace moduled::server {
namespace {

using contract::DecodeListOptions;
using contract::DecodeModelRef;

// torch's default where a flag is not set.
template <class Request>
bool RemoveDuplicate(const Request& request) {
  return request.has_remove_duplicate() ? request.remove_duplicate() : true;
}

}  // namespace

grpc::ServerUnaryReactor* IntrospectionRpc::ListModels(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerOn<v1::ListModelsRequest, v1::ListModelsResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::ListModelsRequest&, v1::ListModelsResponse& reply, const Caller& caller) {
        auto models = introspection_.ListModels();
        if (models.ok())
          std::erase_if(*models, [&caller](const auto& each) { return !caller.MaySee(each.model.name); });
        return EncodeOr(models, reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::DescribeModel(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::DescribeModelRequest, v1::DescribeModelResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.DescribeModel(DecodeModelRef(call.model())), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::NamedModules(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::NamedModulesRequest, v1::NamedModulesResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.NamedModules(DecodeModelRef(call.model()), call.path(), RemoveDuplicate(call)),
                        reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::NamedChildren(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::NamedChildrenRequest, v1::NamedChildrenResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.NamedChildren(DecodeModelRef(call.model()), call.path()), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::GetSubmodule(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::GetSubmoduleRequest, v1::GetSubmoduleResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.GetSubmodule(DecodeModelRef(call.model()), call.path()), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::NamedParameters(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return AnswerNow<v1::NamedParametersRequest, v1::NamedParametersResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(
            introspection_.NamedParameters(DecodeModelRef(call.model()), call.path(), DecodeListOptions(call)), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::GetParameter(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::GetParameterRequest, v1::GetParameterResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.GetParameter(DecodeModelRef(call.model()), call.path()), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::NamedBuffers(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::NamedBuffersRequest, v1::NamedBuffersResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.NamedBuffers(DecodeModelRef(call.model()), call.path(), DecodeListOptions(call)),
                        reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::GetBuffer(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::GetBufferRequest, v1::GetBufferResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) {
        return EncodeOr(introspection_.GetBuffer(DecodeModelRef(call.model()), call.path()), reply);
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* IntrospectionRpc::StateDict(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  const auto call = ReceiveAllowed<v1::StateDictRequest>(intake_, *context, *request);
  if (!call.ok()) return FailedStream::Create(call.status());
  absl::StatusOr<contract::StateDictReply> reply =
      introspection_.StateDict(DecodeModelRef(call->model()), call->path());
  if (!reply.ok()) return FailedStream::Create(reply.status());
  return StateDictStream::Create(*std::move(reply), intake_.max_message_bytes);
}

grpc::ServerUnaryReactor* IntrospectionRpc::Summary(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerOn<v1::SummaryRequest, v1::SummaryResponse>(
      worker_, {context, request, response}, intake_,
      [this](const v1::SummaryRequest& message, v1::SummaryResponse& reply) {
        const absl::StatusOr<contract::SummaryCall> call = contract::Decode(message);
        if (!call.ok()) return call.status();
        return EncodeOr(introspection_.Summary(*call), reply);
      });
}

grpc::ServerUnaryReactor* IntrospectionRpc::DescribePlan(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerLater<v1::DescribePlanRequest, v1::DescribePlanResponse>(
      context, request, response, intake_,
      [](const v1::DescribePlanRequest& message, const contract::ReceivedAttachments*) {
        return contract::Decode(message);
      },
      [this](contract::PlanCall call, auto done) { introspection_.DescribePlan(std::move(call), std::move(done)); });
}

}  // namespace moduled::server
