#include "server/rpc/open_inference_rpc.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/models/names.h"
#include "server/rpc/decode_infer.h"
#include "server/rpc/infer_stream.h"
#include "server/rpc/later.h"
#include "server/rpc/log_settings.h"
#include "server/rpc/model_codec.h"
#include "server/rpc/open_inference_codec.h"
#include "server/rpc/unary.h"

namespace moduled::server {
namespace {

using open_inference::InferReply;

// There is one repository, and it has no name.
absl::Status CheckRepository(const std::string& name) {
  if (name.empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("repository_name: there is one, without a name (got ", Quoted(name), ")"));
}

// A call that is answered later, and may be cancelled until then.
class InferReactor final : public grpc::ServerUnaryReactor {
 public:
  std::stop_token cancelled() const { return stop_.get_token(); }
  AdmissionTicket& ticket() { return ticket_; }

  // Once. Nobody touches the call after it.
  void Answer(const absl::StatusOr<InferReply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    const absl::Status status = AnswerInto(reply, response, max_bytes);
    ticket_.Add(response->Length());
    Finish(contract::ToGrpc(status));
  }

 private:
  static absl::Status AnswerInto(const absl::StatusOr<InferReply>& reply, grpc::ByteBuffer* response,
                                 size_t max_bytes) {
    if (!reply.ok()) return reply.status();
    ASSIGN_OR_RETURN(*response, ToBytes(*reply, 0, max_bytes));
    return absl::OkStatus();
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  std::stop_source stop_;
  AdmissionTicket ticket_;  // Until the reply was sent.
};

}  // namespace

grpc::ServerUnaryReactor* OpenInferenceRpc::ServerLive(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ServerLiveRequest, inference::ServerLiveResponse>({context, request, response}, intake_,
                                                                                [](const auto&, auto& reply) {
                                                                                  reply.set_live(true);
                                                                                  return absl::OkStatus();
                                                                                });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ServerReady(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ServerReadyRequest, inference::ServerReadyResponse>(
      {context, request, response}, intake_, [this](const auto&, auto& reply) {
        reply.set_ready(service_.settings().is_ready());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ModelReady(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ModelReadyRequest, inference::ModelReadyResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) -> absl::Status {
        ASSIGN_OR_RETURN(const bool ready, service_.IsReady({call.name(), call.version()}));
        reply.set_ready(ready);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ServerMetadata(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ServerMetadataRequest, inference::ServerMetadataResponse>(
      {context, request, response}, intake_, [this](const auto&, auto& reply) {
        reply.set_name("moduled");
        reply.set_version(service_.settings().version);
        for (const std::string& extension : open_inference::Extensions()) reply.add_extensions(extension);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ModelMetadata(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ModelMetadataRequest, inference::ModelMetadataResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) -> absl::Status {
        ASSIGN_OR_RETURN(const auto model, service_.Describe({call.name(), call.version()}));
        Encode(model, reply);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ModelConfig(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ModelConfigRequest, inference::ModelConfigResponse>(
      {context, request, response}, intake_, [this](const auto& call, auto& reply) -> absl::Status {
        ASSIGN_OR_RETURN(const auto model, service_.Describe({call.name(), call.version()}));
        Encode(model, *reply.mutable_config());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ModelInfer(Context* context, const Bytes* request, Bytes* response) {
  auto* reactor = new InferReactor;  // Its OnDone deletes it.
  const absl::Status admitted = intake_.admission.Admit(request->Length(), reactor->ticket());
  absl::StatusOr<open_inference::InferCall> call = DecodeInfer(*request, intake_.CallerOf(*context), admitted);
  if (!call.ok()) {
    reactor->Answer(call.status(), response, intake_.max_message_bytes);
    return reactor;
  }
  call->context = ContextOf(*context, reactor->cancelled());
  service_.Infer(*std::move(call),
                 [reactor, response, max_bytes = intake_.max_message_bytes](const absl::StatusOr<InferReply>& reply) {
                   reactor->Answer(reply, response, max_bytes);
                 });
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* OpenInferenceRpc::ModelStreamInfer(Context* context) {
  return InferStream::Create(service_, *context, intake_);
}

grpc::ServerUnaryReactor* OpenInferenceRpc::ModelStatistics(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::ModelStatisticsRequest, inference::ModelStatisticsResponse>(
      {context, request, response}, intake_,
      [this](const auto& call, auto& reply, const Caller& caller) -> absl::Status {
        if (!call.name().empty()) RETURN_IF_ERROR(service_.Describe({call.name(), call.version()}).status());
        for (const VersionStatistics& version : service_.statistics().List({call.name(), call.version()})) {
          if (caller.MaySee(version.model.name)) Encode(version, *reply.add_model_stats());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::RepositoryIndex(Context* context, const Bytes* request, Bytes* response) {
  return AnswerOn<inference::RepositoryIndexRequest, inference::RepositoryIndexResponse>(
      worker_, {context, request, response}, intake_,
      [this](const auto& call, auto& reply, const Caller& caller) -> absl::Status {
        RETURN_IF_ERROR(CheckRepository(call.repository_name()));
        ASSIGN_OR_RETURN(const auto index, service_.Index(call.ready()));
        for (const contract::ModelStatus& model : index) {
          if (!caller.MaySee(model.model.name)) continue;
          auto& entry = *reply.add_models();
          entry.set_name(model.model.name);
          entry.set_version(model.model.version);
          entry.set_state(std::string(open_inference::StateName(model.state)));
          entry.set_reason(model.reason);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::RepositoryModelLoad(Context* context, const Bytes* request,
                                                                Bytes* response) {
  return AnswerOn<inference::RepositoryModelLoadRequest, inference::RepositoryModelLoadResponse>(
      worker_, {context, request, response}, intake_, [this](const auto& call, auto&) -> absl::Status {
        RETURN_IF_ERROR(CheckRepository(call.repository_name()));
        for (const auto& [name, parameter] : call.parameters()) {
          return absl::UnimplementedError(absl::StrCat("parameters[", Quoted(name), "]: not supported"));
        }
        return service_.Load(call.model_name());
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::RepositoryModelUnload(Context* context, const Bytes* request,
                                                                  Bytes* response) {
  return AnswerOn<inference::RepositoryModelUnloadRequest, inference::RepositoryModelUnloadResponse>(
      worker_, {context, request, response}, intake_, [this](const auto& call, auto&) -> absl::Status {
        RETURN_IF_ERROR(CheckRepository(call.repository_name()));
        for (const auto& [name, parameter] : call.parameters()) {
          if (name == "unload_dependents") continue;  // Models here depend on no others.
          return absl::UnimplementedError(absl::StrCat("parameters[", Quoted(name), "]: not supported"));
        }
        return service_.Unload(call.model_name());
      });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::TraceSetting(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::TraceSettingRequest, inference::TraceSettingResponse>(
      {context, request, response}, intake_,
      [](const auto& call, auto& reply) { return AnswerTraceSetting(call, reply); });
}

grpc::ServerUnaryReactor* OpenInferenceRpc::LogSettings(Context* context, const Bytes* request, Bytes* response) {
  return AnswerNow<inference::LogSettingsRequest, inference::LogSettingsResponse>(
      {context, request, response}, intake_,
      [this](const auto& call, auto& reply) { return AnswerLogSettings(service_.settings(), call, reply); });
}

}  // namespace moduled::server
