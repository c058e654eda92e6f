// A model as the Open Inference Protocol describes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/tensor/dtype.h"
#include "server/models/loaded_model.h"
#include "server/models/model_config.h"

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
  int64_t max_batch_size = 0;  // Rows that may run as one. 0: the first dimension is like any other.
  ModelConfig config;
};

// A port's extents as configurations have them: where there are batches, without the first.
std::vector<int64_t> ConfigDims(const PortDescription& port, const ModelDescription& model);

// From the model's signature: without one it has no inputs that are known.
ModelDescription Describe(const LoadedModel& model, std::vector<std::string> versions);

}  // namespace moduled::server::open_inference
