// The state of a module: parameters and buffers.
#pragma once

#include <memory>

#include "nn/modules/hook_list.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// torch.nn.Parameter. Shared by pointer: two modules with the same Parameter have tied weights.
struct Parameter {
  Tensor data;
  bool requires_grad = true;
  HookList<TensorHook> hooks = {};  // Tensor.register_hook's, on the gradient.
};

// A registered buffer. A state_dict carries persistent ones only.
struct Buffer {
  Tensor data;
  bool persistent = true;
};

}  // namespace moduled::nn
