#include "server/open_inference/model_description.h"

#include <utility>

namespace moduled::server::open_inference {
namespace {

std::vector<PortDescription> PortsOf(const std::vector<nn::ModelPort>& ports) {
  std::vector<PortDescription> described;
  for (const nn::ModelPort& port : ports) described.push_back({port.name, port.dtype, port.shape});
  return described;
}

}  // namespace

std::vector<int64_t> ConfigDims(const PortDescription& port, const ModelDescription& model) {
  const bool is_batched = model.max_batch_size > 0 && !port.shape.empty();
  return {port.shape.begin() + (is_batched ? 1 : 0), port.shape.end()};
}

ModelDescription Describe(const LoadedModel& model, std::vector<std::string> versions) {
  const int64_t max_rows = model.batching().max_rows();
  return {model.ref().name,
          std::move(versions),
          PortsOf(model.signature().inputs),
          PortsOf(model.signature().outputs),
          max_rows > 1 ? max_rows : 0,
          model.config()};
}

}  // namespace moduled::server::open_inference
