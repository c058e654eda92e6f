#include "server/rpc/needs.h"

namespace moduled::server {
namespace {

Roles RunRoles(bool has_hooks) { return has_hooks ? Roles{Role::kInfer, Role::kObserve} : Roles{Role::kInfer}; }

template <class Request>
Need Of(Role role, const Request& request) {
  return Need::OfModel({role}, request.model().name());
}

}  // namespace

Need NeedOf(const contract::ForwardCall& call) { return Need::OfModel(RunRoles(!call.hooks.empty()), call.model.name); }
Need NeedOf(const contract::BackwardCall& call) {
  return Need::OfModel(RunRoles(!call.hooks.empty()), call.model.name);
}

Need NeedOf(const v1::DescribeModelRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::NamedModulesRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::NamedChildrenRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::GetSubmoduleRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::NamedParametersRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::GetParameterRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::NamedBuffersRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::GetBufferRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::StateDictRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const v1::SummaryRequest& request) { return Of(Role::kInspect, request); }
Need NeedOf(const contract::PlanCall& call) { return Need::OfModel({Role::kInspect}, call.model.name); }

Need NeedOf(const open_inference::InferCall& call) {
  return Need::OfModel(RunRoles(!call.parameters.hooks.empty()), call.model.name);
}
Need NeedOf(const inference::ModelMetadataRequest& request) { return Need::OfModel({Role::kInspect}, request.name()); }
Need NeedOf(const inference::ModelConfigRequest& request) { return Need::OfModel({Role::kInspect}, request.name()); }
Need NeedOf(const inference::ModelStatisticsRequest& request) {
  if (request.name().empty()) return Need::OfAnyModel({Role::kInspect});
  return Need::OfModel({Role::kInspect}, request.name());
}
Need NeedOf(const inference::ModelReadyRequest& request) { return Need::OfModel({}, request.name()); }
Need NeedOf(const inference::RepositoryModelLoadRequest& request) {
  return Need::OfModel({Role::kAdmin}, request.model_name());
}
Need NeedOf(const inference::RepositoryModelUnloadRequest& request) {
  return Need::OfModel({Role::kAdmin}, request.model_name());
}

Need NeedOf(const v1::SubscribeRequest& request) { return Of(Role::kObserve, request); }

Need NeedOf(const v1::LoadModelRequest& request) { return Of(Role::kAdmin, request); }
Need NeedOf(const v1::UnloadModelRequest& request) { return Of(Role::kAdmin, request); }
Need NeedOf(const v1::LoadStateDictOptions& options) { return Of(Role::kAdmin, options); }
Need NeedOf(const v1::ApplyRequest& request) { return Of(Role::kAdmin, request); }
Need NeedOf(const v1::TrainRequest& request) { return Of(Role::kAdmin, request); }
Need NeedOf(const v1::RequiresGradRequest& request) { return Of(Role::kAdmin, request); }

}  // namespace moduled::server
