// A module tree that can be run: plans made on demand for the types that come, and kept.
//
// One Model is one immutable version. Any number of threads may run it, each with its own Workspace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "nn/graph/algorithm_cache.h"
#include "nn/graph/pack_cache.h"
#include "nn/modules/edit.h"
#include "nn/modules/module.h"
#include "nn/modules/trace.h"
#include "nn/plan/backward_call.h"
#include "nn/plan/lru_cache.h"
#include "nn/plan/plan.h"

namespace moduled::nn {

// The modules whose hooks a run fires, by ModuleCall::path, and when. Sorted and unique: a key of plans.
using ObservedModules = std::vector<std::pair<std::string, HookKind>>;

struct ModelOptions {
  int threads = 1;
  Precision precision = Precision::kDefault;
  // Where measured choices of algorithms are kept; null: with the model.
  AlgorithmCache* algorithms = nullptr;
  // Passes of the optimiser that are left out, by name.
  std::vector<std::string> disabled_passes = {};
  // Plans and graphs that are kept; the least recently used are dropped, since clients choose the shapes.
  size_t cached_plans = 64;
};

// What a call needs to run: found or made once, then run as often as wanted.
struct PreparedCall {
  std::shared_ptr<const Plan> plan;
  std::vector<Tensor> inputs;  // In the order of the graph's inputs; as flat as they were given.
};

// What the plan of a call depends on beside the types of its arguments.
struct CallVariant {
  ObservedModules observed = {};
  std::vector<Edit> edits = {};
  std::vector<Tensor> operands = {};  // The tensors of the edits, in order.
  int threads = 0;                    // That it computes on; 0: the model's.
};

class Model {
 public:
  // The tree must not change any more.
  Model(std::shared_ptr<const Module> root, ModelOptions options);

  const Module& root() const { return *root_; }
  Precision precision() const { return options_.precision; }

  // Traces and compiles if these types and this variant are new. INVALID_ARGUMENT, in torch's words and with the
  // module's path, if the arguments do not fit.
  absl::StatusOr<PreparedCall> Prepare(const CallData& arguments, CallVariant variant = {});
  // The same for a forward with a backward pass behind it. What the plan answers is for UnpackBackward.
  absl::StatusOr<PreparedCall> PrepareBackward(const CallData& arguments, const BackwardCall& backward,
                                               CallVariant variant = {});

  // Prepares and runs.
  absl::StatusOr<Datum> Forward(const CallData& arguments, Workspace& workspace, const RunControl& control = {});
  absl::StatusOr<BackwardResult> Backward(const CallData& arguments, const BackwardCall& backward, Workspace& workspace,
                                          const RunControl& control = {});

 private:
  struct GraphKey {
    CallSignature signature;
    std::vector<Edit> edits;
    std::optional<BackwardSpec> backward = std::nullopt;
    bool operator==(const GraphKey&) const = default;
  };
  struct PlanKey {
    std::shared_ptr<const Graph> graph;  // By identity: graphs are cached.
    ObservedModules observed;
    int threads = 1;
    bool operator==(const PlanKey&) const = default;
  };

  absl::StatusOr<std::shared_ptr<const Graph>> GraphFor(GraphKey key);
  absl::StatusOr<std::shared_ptr<const Plan>> PlanFor(PlanKey key);
  int Threads(const CallVariant& variant) const { return variant.threads > 0 ? variant.threads : options_.threads; }

  const std::shared_ptr<const Module> root_;
  const ModelOptions options_;
  PackCache packs_;
  AlgorithmCache algorithms_;
  absl::Mutex mutex_;
  LruCache<GraphKey, std::shared_ptr<const Graph>> graphs_ ABSL_GUARDED_BY(mutex_);
  LruCache<PlanKey, std::shared_ptr<const Plan>> plans_ ABSL_GUARDED_BY(mutex_);
};

// The points of `graph` that `observed` selects.
std::vector<HookPoint> SelectPoints(const Graph& graph, const ObservedModules& observed);

}  // namespace moduled::nn
