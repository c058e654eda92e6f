// A model as the Open Inference Protocol describes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/tensor/dtype.h"
#include "server/models/loaded_model.h"

namespace moduled::server::open_inference {

struct PortDescription {
  std::string name;
  nn::DType dtype = nn::DType::kFloat32;
  std::vector<int64_t> shape;  // -1 where free.
};

struct ModelDescription {
  std::string name;
  std::vector<std::string> versions;  // That are served.
  std::vector<PortDescription> inputs;
  std::vector<PortDescription> outputs;
};

// From the model's signature: without one it has no inputs that are known.
ModelDescription Describe(const LoadedModel& model, std::vector<std::string> versions);

}  // namespace moduled::server::open_inference
