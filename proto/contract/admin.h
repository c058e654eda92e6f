// Changing what is served. A version is immutable: what changes a model writes its next version.
//
// All calls block while they read and write files; they may be made from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "proto/contract/apply_function.h"
#include "proto/contract/model_ref.h"

namespace moduled::contract {

struct LoadModelCall {
  ModelRef model;                               // An empty version means the newest of the repository.
  std::optional<std::string> description = {};  // A serialised moduled.v1.ModuleDescription: becomes a version first.
  uint64_t seed = 0;                            // With a description: the seed of its initialisation.
};

struct LoadStateDictCall {
  ModelRef model;
  nn::StateDict state_dict = {};
  bool strict = true;
};

struct LoadStateDictReply {
  ModelRef model;  // With the version that was written and now serves.
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

struct ApplyCall {
  ModelRef model;
  std::string path = "";  // The module whose apply() is called.
  std::vector<ApplyFunction> functions = {};
  uint64_t seed = 0;
};

// One visit of one module: what was changed of it.
struct VisitedModule {
  std::string path;
  std::string type;
  std::vector<std::string> changed;
};

struct ApplyReply {
  ModelRef model;  // With the version that was written and now serves.
  std::vector<VisitedModule> visited;
};

class Admin {
 public:
  virtual ~Admin() = default;
  // Answers the version that now serves.
  virtual absl::StatusOr<ModelRef> LoadModel(const LoadModelCall& call) = 0;
  // Answers the versions that no longer serve. An empty version means all.
  virtual absl::StatusOr<std::vector<ModelRef>> UnloadModel(const ModelRef& model) = 0;
  virtual absl::StatusOr<LoadStateDictReply> LoadStateDict(const LoadStateDictCall& call) = 0;
  virtual absl::StatusOr<ApplyReply> Apply(const ApplyCall& call) = 0;
  // Module.train(mode) and Module.requires_grad_() of the module at `path` and those below. Answer the version that was
  // written and now serves.
  virtual absl::StatusOr<ModelRef> Train(const ModelRef& model, const std::string& path, bool mode) = 0;
  virtual absl::StatusOr<ModelRef> RequiresGrad(const ModelRef& model, const std::string& path, bool requires_grad) = 0;
};

}  // namespace moduled::contract
