#include "server/rest/model_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/open_inference/datatype.h"
#include "server/open_inference/service.h"

namespace moduled::server::rest {
namespace {

using nlohmann::json;
using open_inference::PortDescription;

constexpr char kPlatform[] = "moduled";

json PortsOf(const std::vector<PortDescription>& ports) {
  json list = json::array();
  for (const PortDescription& port : ports) {
    list.push_back({{"name", port.name},
                    {"datatype", std::string(open_inference::DatatypeName(port.dtype))},
                    {"shape", port.shape}});
  }
  return list;
}

// The names of element types in configurations.
json ConfigPortsOf(const std::vector<PortDescription>& ports, const open_inference::ModelDescription& model) {
  json list = json::array();
  for (const PortDescription& port : ports) {
    list.push_back({{"name", port.name},
                    {"data_type", absl::StrCat("TYPE_", open_inference::DatatypeName(port.dtype))},
                    {"dims", open_inference::ConfigDims(port, model)}});
  }
  return list;
}

json SumOf(const DurationSum& sum) { return {{"count", sum.count}, {"ns", absl::ToInt64Nanoseconds(sum.sum)}}; }

json StatisticsOf(const VersionStatistics& version) {
  json batches = json::array();
  for (const auto& [rows, computed] : version.by_batch) {
    batches.push_back({{"batch_size", rows}, {"compute_infer", SumOf(computed)}});
  }
  const bool never = version.last == absl::InfinitePast();
  return {{"name", version.model.name},
          {"version", version.model.version},
          {"last_inference", never ? 0 : absl::ToUnixMillis(version.last)},
          {"inference_count", version.rows},
          {"execution_count", version.runs},
          {"inference_stats",
           {{"success", SumOf(version.success)},
            {"fail", SumOf(version.fail)},
            {"queue", SumOf(version.queued)},
            {"compute_infer", SumOf(version.computed)}}},
          {"batch_stats", std::move(batches)}};
}

}  // namespace

json MetadataOf(const open_inference::ModelDescription& model) {
  return {{"name", model.name},
          {"versions", model.versions},
          {"platform", kPlatform},
          {"inputs", PortsOf(model.inputs)},
          {"outputs", PortsOf(model.outputs)}};
}

json ConfigOf(const open_inference::ModelDescription& model) {
  return {{"name", model.name},
          {"platform", kPlatform},
          {"backend", kPlatform},
          {"max_batch_size", model.max_batch_size},
          {"input", ConfigPortsOf(model.inputs, model)},
          {"output", ConfigPortsOf(model.outputs, model)}};
}

json StatisticsOf(const std::vector<VersionStatistics>& versions) {
  json list = json::array();
  for (const VersionStatistics& version : versions) list.push_back(StatisticsOf(version));
  return {{"model_stats", std::move(list)}};
}

json IndexOf(const std::vector<contract::ModelStatus>& models) {
  json list = json::array();
  for (const contract::ModelStatus& model : models) {
    json entry = {{"name", model.model.name},
                  {"version", model.model.version},
                  {"state", std::string(open_inference::StateName(model.state))}};
    if (!model.reason.empty()) entry["reason"] = model.reason;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace moduled::server::rest
