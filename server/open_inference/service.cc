#include "server/open_inference/service.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "server/models/names.h"

namespace moduled::server::open_inference {

void Service::Infer(InferCall call, InferDone done) {
  // Nobody counts these: names that no model can have are not worth a series.
  if (const absl::Status status = CheckModelName(call.model.name); !status.ok()) return std::move(done)(status);
  absl::StatusOr<ModelHandle> model = backends_.store.Find(call.model);
  std::string id = call.id;
  std::vector<std::string> outputs = call.outputs;
  absl::StatusOr<contract::ForwardCall> forward = absl::UnknownError("");
  if (model.ok()) {
    forward = ToForward(std::move(call), **model);
    if (!forward.ok()) return std::move(done)(forward.status());
  } else {
    // Whoever counts calls is to hear of this one too.
    forward = contract::ForwardCall{
        .model = std::move(call.model), .arguments = {}, .hooks = {}, .request_id = id, .context = {}};
  }
  backends_.inference.Forward(*std::move(forward),
                              [id = std::move(id), outputs = std::move(outputs), model = std::move(model),
                               done = std::move(done)](absl::StatusOr<contract::ForwardReply> reply) mutable {
                                if (!reply.ok()) return std::move(done)(reply.status());
                                if (!model.ok()) return std::move(done)(model.status());
                                std::move(done)(FromForward(*std::move(reply), std::move(id), outputs, **model));
                              });
}

absl::StatusOr<bool> Service::IsReady(const contract::ModelRef& model) const {
  RETURN_IF_ERROR(CheckModelName(model.name));
  const absl::Status status = backends_.store.Find(model).status();
  if (absl::IsInvalidArgument(status)) return status;
  return status.ok();
}

absl::StatusOr<ModelDescription> Service::Describe(const contract::ModelRef& model) const {
  RETURN_IF_ERROR(CheckModelName(model.name));
  ASSIGN_OR_RETURN(const ModelHandle handle, backends_.store.Find(model));
  std::vector<std::string> versions;
  for (const contract::ModelStatus& status : backends_.store.List()) {
    if (status.model.name == model.name && status.state == contract::ModelState::kReady) {
      versions.push_back(status.model.version);
    }
  }
  return open_inference::Describe(*handle, std::move(versions));
}

absl::StatusOr<std::vector<contract::ModelStatus>> Service::Index(bool only_ready) {
  ASSIGN_OR_RETURN(std::vector<contract::ModelStatus> list, backends_.introspection.ListModels());
  if (only_ready) std::erase_if(list, [](const auto& model) { return model.state != contract::ModelState::kReady; });
  return list;
}

absl::Status Service::Load(const std::string& model) {
  return backends_.admin.LoadModel({.model = {model, ""}}).status();
}

absl::Status Service::Unload(const std::string& model) {
  RETURN_IF_ERROR(CheckModelName(model));
  return backends_.admin.UnloadModel({model, ""}).status();
}

std::vector<std::string> Extensions() {
  return {"model_repository", "model_configuration", "statistics", "schedule_policy", "parameters",
          "logging",          "binary_tensor_data"};
}

absl::string_view StateName(contract::ModelState state) {
  switch (state) {
    case contract::ModelState::kReady:
      return "READY";
    case contract::ModelState::kLoading:
      return "LOADING";
    case contract::ModelState::kUnloading:
      return "UNLOADING";
    case contract::ModelState::kUnavailable:
      break;
  }
  return "UNAVAILABLE";
}

}  // namespace moduled::server::open_inference
