// What a caller must be allowed for each kind of request: the whole table.
//
// Every request that a service takes in passes by here, by its type: one without a line does not compile.
#pragma once

#include "moduled/v1/admin.pb.h"
#include "moduled/v1/hooks.pb.h"
#include "moduled/v1/introspection.pb.h"
#include "open_inference/grpc_service.pb.h"
#include "proto/contract/inference.h"
#include "proto/contract/introspection.h"
#include "server/access/caller.h"
#include "server/open_inference/infer.h"

namespace moduled::server {

// Anybody may ask, with a token or without.
struct OpenToAll {};
inline OpenToAll NeedOf(const inference::ServerLiveRequest&) { return {}; }
inline OpenToAll NeedOf(const inference::ServerReadyRequest&) { return {}; }

// Running models. Hooks see, or edit, what others may not.
Need NeedOf(const contract::ForwardCall& call);
Need NeedOf(const contract::BackwardCall& call);
Need NeedOf(const open_inference::InferCall& call);

// Looking into them.
inline Need NeedOf(const v1::ListModelsRequest&) { return Need::OfAnyModel({Role::kInspect}); }
Need NeedOf(const v1::DescribeModelRequest& request);
Need NeedOf(const v1::NamedModulesRequest& request);
Need NeedOf(const v1::NamedChildrenRequest& request);
Need NeedOf(const v1::GetSubmoduleRequest& request);
Need NeedOf(const v1::NamedParametersRequest& request);
Need NeedOf(const v1::GetParameterRequest& request);
Need NeedOf(const v1::NamedBuffersRequest& request);
Need NeedOf(const v1::GetBufferRequest& request);
Need NeedOf(const v1::StateDictRequest& request);
Need NeedOf(const v1::SummaryRequest& request);
Need NeedOf(const contract::PlanCall& call);
inline Need NeedOf(const inference::ServerMetadataRequest&) { return Need::OfAnyModel({Role::kInspect}); }
inline Need NeedOf(const inference::RepositoryIndexRequest&) { return Need::OfAnyModel({Role::kInspect}); }
Need NeedOf(const inference::ModelMetadataRequest& request);
Need NeedOf(const inference::ModelConfigRequest& request);
Need NeedOf(const inference::ModelStatisticsRequest& request);  // Of one model, or of all that the caller may see.
// Whoever may do anything with a model may know whether it is there.
Need NeedOf(const inference::ModelReadyRequest& request);

// Watching what flows through them.
Need NeedOf(const v1::SubscribeRequest& request);
inline Need NeedOf(const v1::ListSubscriptionsRequest&) { return Need::OfAnyModel({Role::kObserve}); }

// Changing what is served.
Need NeedOf(const v1::LoadModelRequest& request);
Need NeedOf(const v1::UnloadModelRequest& request);
Need NeedOf(const v1::LoadStateDictOptions& options);
Need NeedOf(const v1::ApplyRequest& request);
Need NeedOf(const v1::TrainRequest& request);
Need NeedOf(const v1::RequiresGradRequest& request);
Need NeedOf(const inference::RepositoryModelLoadRequest& request);
Need NeedOf(const inference::RepositoryModelUnloadRequest& request);

// Running the server.
inline Need NeedOf(const inference::TraceSettingRequest&) { return Need::OfServer({Role::kAdmin}); }
inline Need NeedOf(const inference::LogSettingsRequest&) { return Need::OfServer({Role::kAdmin}); }

}  // namespace moduled::server
