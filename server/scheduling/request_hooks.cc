#include "server/scheduling/request_hooks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "server/hooks/hook_kind.h"

namespace moduled::server {
namespace {

// The hook as it is reported: its edits may be large, and their sender knows them.
contract::Hook WithoutEdits(contract::Hook hook) {
  hook.edits.clear();
  return hook;
}

}  // namespace

absl::StatusOr<RequestHooks> RequestHooks::Resolve(const std::vector<contract::Hook>& hooks, const nn::Module& root,
                                                   const InputNames& inputs) {
  RequestHooks resolved;
  resolved.inputs_ = &inputs;
  if (hooks.empty()) return resolved;
  ASSIGN_OR_RETURN(resolved.selectors_, CompileHooks(hooks));
  resolved.targets_.emplace(root, inputs.names());
  resolved.set_ = HookSet(resolved.selectors_, *resolved.targets_);
  for (size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i].selector_kind != contract::SelectorKind::kPath || !resolved.set_.selected()[i].empty()) continue;
    return absl::NotFoundError(resolved.selectors_[i].WhyNone(*resolved.targets_));
  }
  return resolved;
}

absl::StatusOr<RequestEdits> RequestHooks::Edits(bool has_backward) const {
  if (selectors_.empty()) return RequestEdits();
  return EditsOf(selectors_, set_, *targets_, *inputs_, has_backward);
}

bool RequestHooks::has_transforms() const {
  return std::any_of(selectors_.begin(), selectors_.end(),
                     [](const HookSelector& selector) { return selector.transform() != nullptr; });
}

std::vector<contract::UnfiredHook> RequestHooks::Unfired(const FiredHooks& fired, const nn::Graph& graph) const {
  std::vector<contract::UnfiredHook> unfired;
  for (uint32_t i = 0; i < selectors_.size(); ++i) {
    const contract::Hook& hook = selectors_[i].hook();
    if (set_.selected()[i].empty()) {
      unfired.push_back({WithoutEdits(hook), "", selectors_[i].WhyNone(*targets_)});
    }
    for (const size_t place : set_.selected()[i]) {
      const HookTarget& target = targets_->targets()[place];
      if (fired.contains({i, target.path})) continue;
      unfired.push_back({WithoutEdits(hook), target.path, WhyUnfired(hook, target, graph)});
    }
  }
  return unfired;
}

std::string RequestHooks::WhyUnfired(const contract::Hook& hook, const HookTarget& target,
                                     const nn::Graph& graph) const {
  const nn::HookKind kind = EngineKind(hook.kind);
  const std::string path = kind == nn::HookKind::kTensorGrad ? inputs_->ToEngine(target.path) : target.path;
  const auto calls = std::count_if(graph.points.begin(), graph.points.end(), [&](const nn::HookPoint& point) {
    return point.kind == kind && graph.calls[point.call].path == path;
  });
  if (calls > 0) return absl::StrCat("no such call: it was called ", calls, calls == 1 ? " time" : " times");
  if (target.module != nullptr && !target.module->has_forward()) {
    return "the module has no forward, so it is never called";
  }
  if (target.parameter != nullptr && !target.parameter->requires_grad) return "the parameter does not require grad";
  return graph.WhyUnfired(path, kind);
}

}  // namespace moduled::server
