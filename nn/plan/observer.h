// Who is told what flows through observed modules while a plan runs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

// What a hook sees at one point. Tensors are references: keeping them costs no copy, and they never change.
struct Observation {
  const ModuleCall& call;
  HookKind kind = HookKind::kForward;
  std::vector<Datum> inputs;  // The forward kinds.
  std::vector<std::pair<std::string, Datum>> kwargs;
  Datum output;                    // kForward only.
  std::vector<Datum> grad_input;   // kFullBackward only. None where there is no gradient.
  std::vector<Datum> grad_output;  // The backward kinds. kTensorGrad: the gradient of the tensor.
};

// Called on the thread that runs the plan, between two steps: it must hand over and return.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnObservation(Observation observation) = 0;
};

}  // namespace moduled::nn
