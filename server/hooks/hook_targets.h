// What hooks can mean in a model: its modules, the function nodes of its composites, its parameters and its inputs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/modules/module.h"

namespace moduled::server {

struct HookTarget {
  enum class Kind { kModule, kFunction, kParameter, kInput };

  // The first name, which events use: "layer1.0", "layer1.0:add", "layer1.0.conv1.weight", "input:x".
  std::string path;
  Kind kind = Kind::kModule;
  const nn::Module* module = nullptr;        // kModule.
  const nn::Parameter* parameter = nullptr;  // kParameter.
};

class HookTargets {
 public:
  // `input_names` name the tensors of the model's arguments, in order of a walk. The tree must outlive the targets.
  HookTargets(const nn::Module& root, absl::Span<const std::string> input_names);

  // Modules in named_modules' order, then functions, parameters and inputs.
  const std::vector<HookTarget>& targets() const { return targets_; }

  // Every name of every target with its place among targets(): what is shared has several, and an input is known by its
  // place too ("input:0").
  const std::vector<std::pair<std::string, size_t>>& names() const { return names_; }

 private:
  void AddModules(const nn::Module& root);
  void AddFunctions();
  void AddParameters(const nn::Module& root);
  void AddInputs(absl::Span<const std::string> input_names);

  std::vector<HookTarget> targets_;
  std::vector<std::pair<std::string, size_t>> names_;
};

// What the paths of inputs begin with.
inline constexpr absl::string_view kInputPrefix = "input:";

}  // namespace moduled::server
