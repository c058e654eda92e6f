#include "client/cpp/wire_introspection.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "client/cpp/async_call.h"
#include "client/cpp/call.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/introspection_codec.h"
#include "proto/contract/codec/plan_codec.h"
#include "proto/contract/codec/state_dict_codec.h"
#include "proto/contract/codec/summary_codec.h"

namespace moduled::client {

using Stub = v1::Introspection::Stub;

WireIntrospection::WireIntrospection(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : stub_(v1::Introspection::NewStub(channel)), options_(options) {}

absl::StatusOr<std::vector<contract::ModelStatus>> WireIntrospection::ListModels() {
  ASSIGN_OR_RETURN(
      const v1::ListModelsResponse response,
      CallUnary<v1::ListModelsResponse>(*stub_, &Stub::ListModels, v1::ListModelsRequest(), options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::ModelDetails> WireIntrospection::DescribeModel(const contract::ModelRef& model) {
  v1::DescribeModelRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  ASSIGN_OR_RETURN(const v1::DescribeModelResponse response,
                   CallUnary<v1::DescribeModelResponse>(*stub_, &Stub::DescribeModel, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::Listing<contract::ModuleInfo>> WireIntrospection::NamedModules(const contract::ModelRef& model,
                                                                                        const std::string& path,
                                                                                        bool remove_duplicate) {
  v1::NamedModulesRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  request.set_remove_duplicate(remove_duplicate);
  ASSIGN_OR_RETURN(const v1::NamedModulesResponse response,
                   CallUnary<v1::NamedModulesResponse>(*stub_, &Stub::NamedModules, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::Listing<contract::ModuleInfo>> WireIntrospection::NamedChildren(
    const contract::ModelRef& model, const std::string& path) {
  v1::NamedChildrenRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  ASSIGN_OR_RETURN(const v1::NamedChildrenResponse response,
                   CallUnary<v1::NamedChildrenResponse>(*stub_, &Stub::NamedChildren, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::SubmoduleReply> WireIntrospection::GetSubmodule(const contract::ModelRef& model,
                                                                         const std::string& path) {
  v1::GetSubmoduleRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  ASSIGN_OR_RETURN(const v1::GetSubmoduleResponse response,
                   CallUnary<v1::GetSubmoduleResponse>(*stub_, &Stub::GetSubmodule, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::Listing<contract::ParameterInfo>> WireIntrospection::NamedParameters(
    const contract::ModelRef& model, const std::string& path, contract::ListOptions options) {
  v1::NamedParametersRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  contract::EncodeListOptions(options, request);
  ASSIGN_OR_RETURN(const v1::NamedParametersResponse response,
                   CallUnary<v1::NamedParametersResponse>(*stub_, &Stub::NamedParameters, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::ParameterReply> WireIntrospection::GetParameter(const contract::ModelRef& model,
                                                                         const std::string& path) {
  v1::GetParameterRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  ASSIGN_OR_RETURN(v1::GetParameterResponse response,
                   CallUnary<v1::GetParameterResponse>(*stub_, &Stub::GetParameter, request, options_.timeout));
  return contract::Decode(std::move(response));
}

absl::StatusOr<contract::Listing<contract::BufferInfo>> WireIntrospection::NamedBuffers(const contract::ModelRef& model,
                                                                                        const std::string& path,
                                                                                        contract::ListOptions options) {
  v1::NamedBuffersRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  contract::EncodeListOptions(options, request);
  ASSIGN_OR_RETURN(const v1::NamedBuffersResponse response,
                   CallUnary<v1::NamedBuffersResponse>(*stub_, &Stub::NamedBuffers, request, options_.timeout));
  return contract::Decode(response);
}

absl::StatusOr<contract::BufferReply> WireIntrospection::GetBuffer(const contract::ModelRef& model,
                                                                   const std::string& path) {
  v1::GetBufferRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  ASSIGN_OR_RETURN(v1::GetBufferResponse response,
                   CallUnary<v1::GetBufferResponse>(*stub_, &Stub::GetBuffer, request, options_.timeout));
  return contract::Decode(std::move(response));
}

absl::StatusOr<contract::StateDictReply> WireIntrospection::StateDict(const contract::ModelRef& model,
                                                                      const std::string& path) {
  v1::StateDictRequest request;
  contract::EncodeModelRef(model, *request.mutable_model());
  request.set_path(path);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  const std::unique_ptr<grpc::ClientReader<v1::StateDictChunk>> reader = stub_->StateDict(&context, request);

  contract::StateDictAssembler assembler(options_.max_state_dict_bytes);
  absl::Status assembled;
  v1::StateDictChunk chunk;
  while (assembled.ok() && reader->Read(&chunk)) {
    assembled = chunk.has_header() ? assembler.Begin(chunk.header()) : assembler.Add(chunk.data());
  }
  if (!assembled.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  RETURN_IF_ERROR(assembled);
  if (!status.ok()) return contract::FromGrpc(status);
  ASSIGN_OR_RETURN(nn::StateDict state_dict, assembler.Finish());
  return contract::StateDictReply{assembler.model(), std::move(state_dict)};
}

absl::StatusOr<contract::SummaryReply> WireIntrospection::Summary(const contract::SummaryCall& call) {
  v1::SummaryRequest request;
  contract::Encode(call, request);
  ASSIGN_OR_RETURN(const v1::SummaryResponse response,
                   CallUnary<v1::SummaryResponse>(*stub_, &Stub::Summary, request, options_.timeout));
  return contract::Decode(response);
}

void WireIntrospection::DescribePlan(contract::PlanCall call, PlanDone done) {
  CallAsync<v1::DescribePlanRequest, v1::DescribePlanResponse>(
      call, options_.timeout, std::move(done),
      [](const v1::DescribePlanResponse& message) { return contract::Decode(message); },
      [this](auto* context, auto* request, auto* response, auto callback) {
        stub_->async()->DescribePlan(context, request, response, std::move(callback));
      });
}

}  // namespace moduled::client
