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

ModelDescription Describe(const LoadedModel& model, std::vector<std::string> versions) {
  return {model.ref().name, std::move(versions), PortsOf(model.signature().inputs), PortsOf(model.signature().outputs)};
}

}  // namespace moduled::server::open_inference
