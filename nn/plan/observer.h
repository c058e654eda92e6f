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
  std::vector<Datum> inputs;
  std::vector<std::pair<std::string, Datum>> kwargs;
  Datum output;  // None for kForwardPre.
};

// Called on the thread that runs the plan, between two steps: it must hand over and return.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnObservation(Observation observation) = 0;
};

}  // namespace moduled::nn
