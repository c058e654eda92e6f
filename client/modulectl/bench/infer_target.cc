#include "client/modulectl/bench/infer_target.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/slice.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cpp/channel.h"
#include "nn/tensor/status_macros.h"
#include "open_inference/grpc_service.grpc.pb.h"
#include "proto/contract/codec/status_bridge.h"

namespace moduled::modulectl::bench {
namespace {

using Service = inference::GRPCInferenceService;

void SetDeadline(grpc::ClientContext& context, const client::ClientOptions& options) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
}

absl::StatusOr<inference::ModelMetadataResponse> FetchMetadata(Service::Stub& stub, const contract::ModelRef& model,
                                                               const client::ClientOptions& options) {
  grpc::ClientContext context;
  SetDeadline(context, options);
  inference::ModelMetadataRequest request;
  request.set_name(model.name);
  request.set_version(model.version);
  inference::ModelMetadataResponse response;
  RETURN_IF_ERROR(contract::FromGrpc(stub.ModelMetadata(&context, request, &response)));
  return response;
}

absl::StatusOr<inference::ModelInferRequest> RequestOf(const contract::ForwardCall& call,
                                                       const std::vector<std::string>& selectors,
                                                       const inference::ModelMetadataResponse& metadata) {
  inference::ModelInferRequest request;
  request.set_model_name(call.model.name);
  request.set_model_version(call.model.version);
  if (!selectors.empty()) {
    (*request.mutable_parameters())["hooks"].set_string_param(absl::StrJoin(selectors, ","));
  }
  const std::vector<nn::Datum>& args = call.arguments.args;
  if (args.size() != static_cast<size_t>(metadata.inputs_size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("inputs: got ", args.size(), ", the model's metadata has ", metadata.inputs_size()));
  }
  for (size_t i = 0; i < args.size(); ++i) {
    const auto* tensor = args[i].As<nn::Tensor>();
    if (tensor == nullptr) return absl::InvalidArgumentError(absl::StrCat("inputs[", i, "]: want a tensor"));
    const auto& known = metadata.inputs(static_cast<int>(i));
    auto& input = *request.add_inputs();
    input.set_name(known.name());
    input.set_datatype(known.datatype());
    for (const int64_t extent : tensor->shape()) input.add_shape(extent);
    request.add_raw_input_contents(tensor->data(), tensor->byte_size());
  }
  return request;
}

absl::Status Try(Service::Stub& stub, const inference::ModelInferRequest& request,
                 const client::ClientOptions& options) {
  grpc::ClientContext context;
  SetDeadline(context, options);
  inference::ModelInferResponse response;
  return contract::FromGrpc(stub.ModelInfer(&context, request, &response));
}

}  // namespace

absl::StatusOr<Target> InferTarget(const std::string& address, const client::ClientOptions& options,
                                   const std::vector<contract::ForwardCall>& calls,
                                   const std::vector<std::string>& selectors) {
  Target target;
  target.connect = [address, options] { return client::OwnChannel(address, options); };
  target.method = "/inference.GRPCInferenceService/ModelInfer";
  target.timeout = options.timeout;
  const std::unique_ptr<Service::Stub> stub = Service::NewStub(client::SharedChannel(address, options));
  for (const contract::ForwardCall& call : calls) {
    ASSIGN_OR_RETURN(const auto metadata, FetchMetadata(*stub, call.model, options));
    ASSIGN_OR_RETURN(const auto request, RequestOf(call, selectors, metadata));
    RETURN_IF_ERROR(Try(*stub, request, options));
    const grpc::Slice bytes(request.SerializeAsString());
    target.requests.emplace_back(&bytes, 1);
  }
  return target;
}

}  // namespace moduled::modulectl::bench
