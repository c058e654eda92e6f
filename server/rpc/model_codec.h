// What the Open Inference Protocol says of models: server/open_inference and server/scheduling -> proto/open_inference.
#pragma once

#include "open_inference/grpc_service.pb.h"
#include "server/open_inference/model_description.h"
#include "server/scheduling/model_statistics.h"

namespace moduled::server {

void Encode(const open_inference::ModelDescription& model, inference::ModelMetadataResponse& message);
void Encode(const open_inference::ModelDescription& model, inference::ModelConfig& message);
void Encode(const VersionStatistics& statistics, inference::ModelStatistics& message);

}  // namespace moduled::server
