// torch.nn's containers.
#pragma once

#include <string>

#include "nn/modules/module.h"

namespace moduled::nn {

// Calls its children in order, each with the result of the one before.
class Sequential final : public Module {
 public:
  // `type` names a subclass that kept Sequential's forward.
  explicit Sequential(std::string type = "Sequential") : Module(std::move(type)) {}
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;
};

// Children "0", "1", …; no forward.
class ModuleList final : public Module {
 public:
  ModuleList() : Module("ModuleList") {}
  bool has_forward() const override { return false; }
};

// Named children; no forward.
class ModuleDict final : public Module {
 public:
  ModuleDict() : Module("ModuleDict") {}
  bool has_forward() const override { return false; }
};

// Parameters "0", "1", …; no forward.
class ParameterList final : public Module {
 public:
  ParameterList() : Module("ParameterList") {}
  bool has_forward() const override { return false; }
  std::string ExtraRepr() const override;
};

// Named parameters; no forward.
class ParameterDict final : public Module {
 public:
  ParameterDict() : Module("ParameterDict") {}
  bool has_forward() const override { return false; }
  std::string ExtraRepr() const override;
};

}  // namespace moduled::nn
