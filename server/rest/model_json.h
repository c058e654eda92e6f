// What the Open Inference Protocol says of models, in JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "proto/contract/introspection.h"
#include "server/open_inference/model_description.h"
#include "server/scheduling/model_statistics.h"

namespace moduled::server::rest {

nlohmann::json MetadataOf(const open_inference::ModelDescription& model);
nlohmann::json ConfigOf(const open_inference::ModelDescription& model);
nlohmann::json StatisticsOf(const std::vector<VersionStatistics>& versions);
nlohmann::json IndexOf(const std::vector<contract::ModelStatus>& models);

}  // namespace moduled::server::rest
