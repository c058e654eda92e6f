// The state of a module: parameters and buffers.
#pragma once

#include <memory>

#include "nn/tensor/tensor.h"

namespace moduled::nn {

// torch.nn.Parameter. Shared by pointer: two modules with the same Parameter have tied weights.
struct Parameter {
  Tensor data;
  bool requires_grad = true;
};

// A registered buffer. A state_dict carries persistent ones only.
struct Buffer {
  Tensor data;
  bool persistent = true;
};

}  // namespace moduled::nn
