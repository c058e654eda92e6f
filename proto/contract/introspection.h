// Looking into the models that a server has loaded. Names, orders and rules are torch.nn.Module's.
//
// Implemented in process by the server and over the wire by the client; one suite tests both. All calls but
// DescribePlan are answered from memory; all may be made from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "nn/tensor/shape.h"
#include "proto/contract/model_ref.h"
#include "proto/contract/plan.h"
#include "proto/contract/precision.h"
#include "proto/contract/summary.h"

namespace moduled::contract {

enum class ModelState { kLoading, kReady, kUnloading, kUnavailable };

struct ModelStatus {
  ModelRef model;  // The version is empty if the model has none.
  ModelState state = ModelState::kUnavailable;
  std::string reason;  // Why it is unavailable.
};

struct ModelDetails {
  ModelRef model;
  std::string description;  // A serialised moduled.v1.ModuleDescription.
  std::string repr;
  int64_t parameter_count = 0;  // Elements of all parameters, each counted once.
  int64_t parameter_bytes = 0;  // Bytes of all parameters and buffers, each counted once.
  Precision precision = Precision::kDefault;
  // Of FAST outputs from EXACT ones, relative to the largest, for the signature's example. Unset for other precisions,
  // and where the model does not take its example.
  std::optional<double> deviation = std::nullopt;
};

struct ModuleInfo {
  std::string path;
  std::string type;
  std::string extra_repr;
  bool training = false;
  int64_t parameter_count = 0;  // Of its own, without its children's.
  std::vector<std::string> children;
};

struct ParameterInfo {
  std::string path;
  nn::TensorSpec tensor;
  bool requires_grad = true;
};

struct BufferInfo {
  std::string path;
  nn::TensorSpec tensor;
  bool persistent = true;
};

// A list, and the model version that it was read from.
template <class T>
struct Listing {
  ModelRef model;
  std::vector<T> items;
};

struct SubmoduleReply {
  ModelRef model;
  ModuleInfo module;
  std::string repr;
};

struct ParameterReply {
  ModelRef model;
  nn::Tensor tensor;
  bool requires_grad = true;
};

struct BufferReply {
  ModelRef model;
  nn::Tensor tensor;
  bool persistent = true;
};

struct StateDictReply {
  ModelRef model;
  nn::StateDict state_dict;
};

// Options of the traversals, with torch's defaults.
struct ListOptions {
  bool recurse = true;
  bool remove_duplicate = true;
};

class Introspection {
 public:
  using PlanDone = absl::AnyInvocable<void(absl::StatusOr<PlanReply>) &&>;

  virtual ~Introspection() = default;

  virtual absl::StatusOr<std::vector<ModelStatus>> ListModels() = 0;
  virtual absl::StatusOr<ModelDetails> DescribeModel(const ModelRef& model) = 0;
  // `path` is the module to start at; listed paths are full ones.
  virtual absl::StatusOr<Listing<ModuleInfo>> NamedModules(const ModelRef& model, const std::string& path,
                                                           bool remove_duplicate) = 0;
  virtual absl::StatusOr<Listing<ModuleInfo>> NamedChildren(const ModelRef& model, const std::string& path) = 0;
  virtual absl::StatusOr<SubmoduleReply> GetSubmodule(const ModelRef& model, const std::string& path) = 0;
  virtual absl::StatusOr<Listing<ParameterInfo>> NamedParameters(const ModelRef& model, const std::string& path,
                                                                 ListOptions options) = 0;
  virtual absl::StatusOr<ParameterReply> GetParameter(const ModelRef& model, const std::string& path) = 0;
  virtual absl::StatusOr<Listing<BufferInfo>> NamedBuffers(const ModelRef& model, const std::string& path,
                                                           ListOptions options) = 0;
  virtual absl::StatusOr<BufferReply> GetBuffer(const ModelRef& model, const std::string& path) = 0;
  // Keys are relative to `path`. In process the tensors are the model's own, by reference.
  virtual absl::StatusOr<StateDictReply> StateDict(const ModelRef& model, const std::string& path) = 0;
  // From shapes alone: nothing is run. A forward that fails has a summary too, up to the module that fails.
  virtual absl::StatusOr<SummaryReply> Summary(const SummaryCall& call) = 0;
  // Runs the model: waits for its turn as a forward does. Returns at once; `done` is called exactly once, on any
  // thread, perhaps before this returns. It must not block.
  virtual void DescribePlan(PlanCall call, PlanDone done) = 0;
};

// Waits for the answer.
absl::StatusOr<PlanReply> DescribePlanAndWait(Introspection& introspection, PlanCall call);

}  // namespace moduled::contract
