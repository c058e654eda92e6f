#include "nn/plan/model.h"

#include <algorithm>
#include <utility>

#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

CallSignature SignatureOf(const CallData& arguments) {
  const auto spec_of = [](const Tensor& tensor) { return tensor.spec(); };
  CallSignature signature;
  for (const Datum& arg : arguments.args) signature.args.push_back(MapLeaves<TensorSpec>(arg, spec_of));
  for (const auto& [name, arg] : arguments.kwargs) {
    signature.kwargs.emplace_back(name, MapLeaves<TensorSpec>(arg, spec_of));
  }
  return signature;
}

std::vector<Tensor> TensorsOf(const CallData& arguments) {
  std::vector<Tensor> tensors;
  const auto add = [&](const Tensor& tensor) { tensors.push_back(tensor); };
  for (const Datum& arg : arguments.args) ForEachLeaf(arg, add);
  for (const auto& [name, arg] : arguments.kwargs) ForEachLeaf(arg, add);
  return tensors;
}

}  // namespace

Model::Model(std::shared_ptr<const Module> root, ModelOptions options)
    : root_(std::move(root)),
      options_(options),
      graphs_(std::max<size_t>(options.cached_plans, 1)),
      plans_(std::max<size_t>(options.cached_plans, 1)) {}

absl::StatusOr<PreparedCall> Model::Prepare(const CallData& arguments, CallVariant variant) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Graph> graph, GraphFor({SignatureOf(arguments), std::move(variant.edits)}));
  ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan,
                   PlanFor({std::move(graph), std::move(variant.observed), Threads(variant)}));
  PreparedCall call{std::move(plan), TensorsOf(arguments)};
  std::move(variant.operands.begin(), variant.operands.end(), std::back_inserter(call.inputs));
  return call;
}

absl::StatusOr<PreparedCall> Model::PrepareBackward(const CallData& arguments, const BackwardCall& backward,
                                                    CallVariant variant) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Graph> graph,
                   GraphFor({SignatureOf(arguments), std::move(variant.edits), SpecOf(backward)}));
  ASSIGN_OR_RETURN(std::vector<Tensor> objective, ObjectiveTensors(backward.objective, *graph));
  ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan,
                   PlanFor({std::move(graph), std::move(variant.observed), Threads(variant)}));
  PreparedCall call{std::move(plan), TensorsOf(arguments)};
  std::move(variant.operands.begin(), variant.operands.end(), std::back_inserter(call.inputs));
  std::move(objective.begin(), objective.end(), std::back_inserter(call.inputs));
  return call;
}

absl::StatusOr<Datum> Model::Forward(const CallData& arguments, Workspace& workspace, const RunControl& control) {
  ASSIGN_OR_RETURN(const PreparedCall call, Prepare(arguments));
  return call.plan->Execute(call.inputs, workspace, control);
}

absl::StatusOr<BackwardResult> Model::Backward(const CallData& arguments, const BackwardCall& backward,
                                               Workspace& workspace, const RunControl& control) {
  ASSIGN_OR_RETURN(const PreparedCall call, PrepareBackward(arguments, backward));
  ASSIGN_OR_RETURN(const Datum executed, call.plan->Execute(call.inputs, workspace, control));
  return UnpackBackward(executed);
}

// Tracing and compiling happen outside the lock: two threads that miss at once do the work twice, and the first to
// finish is kept. The other way round, one slow compilation would hold up every other request of the model.
absl::StatusOr<std::shared_ptr<const Graph>> Model::GraphFor(GraphKey key) {
  {
    absl::MutexLock lock(&mutex_);
    if (const auto* found = graphs_.Find(key)) return *found;
  }
  ASSIGN_OR_RETURN(Graph traced, key.backward.has_value()
                                     ? Trace::RunBackward(*root_, key.signature, key.edits, *key.backward)
                                     : Trace::Run(*root_, key.signature, key.edits));
  auto graph = std::make_shared<const Graph>(std::move(traced));
  absl::MutexLock lock(&mutex_);
  return graphs_.Insert(std::move(key), std::move(graph));
}

absl::StatusOr<std::shared_ptr<const Plan>> Model::PlanFor(PlanKey key) {
  {
    absl::MutexLock lock(&mutex_);
    if (const auto* found = plans_.Find(key)) return *found;
  }
  PlanOptions options = {.threads = key.threads,
                         .precision = options_.precision,
                         .observed = SelectPoints(*key.graph, key.observed),
                         .packs = &packs_,
                         .algorithms = options_.algorithms != nullptr ? options_.algorithms : &algorithms_,
                         .disabled_passes = options_.disabled_passes};
  ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan, Plan::Compile(key.graph, std::move(options)));
  absl::MutexLock lock(&mutex_);
  return plans_.Insert(std::move(key), std::move(plan));
}

std::vector<HookPoint> SelectPoints(const Graph& graph, const ObservedModules& observed) {
  std::vector<HookPoint> selected;
  for (const HookPoint& point : graph.points) {
    const std::pair<std::string, HookKind> key(graph.calls[point.call].path, point.kind);
    if (std::binary_search(observed.begin(), observed.end(), key)) selected.push_back(point);
  }
  return selected;
}

}  // namespace moduled::nn
