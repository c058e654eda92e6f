#include "nn/layers/lazy.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/trace.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

using ResolvedLayers = absl::flat_hash_map<const Module*, std::shared_ptr<Module>>;

// One forward that resolves: what each lazy layer has become so far.
class LazyResolution {
 public:
  explicit LazyResolution(InitContext& context) : context_(context) {}
  LazyResolution(const LazyResolution&) = delete;
  LazyResolution& operator=(const LazyResolution&) = delete;
  ~LazyResolution() {
    for (LazyLayer* layer : layers_) layer->resolution_ = nullptr;
  }

  // From now on the layer's forward resolves it.
  void Add(LazyLayer& layer) {
    layer.resolution_ = this;
    layers_.push_back(&layer);
  }

  // What the layer becomes, for this input if it is the first.
  absl::StatusOr<const Module*> Resolve(const LazyLayer& lazy, const Shape& input);

  // By lazy layer.
  ResolvedLayers Take() { return std::move(resolved_); }

 private:
  InitContext& context_;
  std::vector<LazyLayer*> layers_;
  ResolvedLayers resolved_;
};

namespace {

// The first tensor of a call, which is the one that torch's lazy modules look at.
absl::StatusOr<Value> FirstInput(const LazyLayer& layer, const Arguments& arguments) {
  const Symbol* first = arguments.positional.empty() ? nullptr : &arguments.positional.front();
  if (first == nullptr && !arguments.keyword.empty()) first = &arguments.keyword.front().second;
  const Value* value = first == nullptr ? nullptr : first->As<Value>();
  if (value != nullptr) return *value;
  return absl::InvalidArgumentError(absl::StrCat(layer.type(), ": the first argument must be a tensor"));
}

// What the lazy layers become that the forward calls.
absl::StatusOr<ResolvedLayers> ResolveCalled(const Module& root, const CallSignature& signature, InitContext& context) {
  LazyResolution resolution(context);
  bool is_needed = false;
  for (const auto& [path, module] : root.named_modules()) {
    auto* lazy = dynamic_cast<LazyLayer*>(module);
    if (lazy != nullptr) resolution.Add(*lazy);
    is_needed = is_needed || lazy != nullptr;
  }
  Graph graph;
  if (is_needed) RETURN_IF_ERROR(Trace::Explore(root, signature, graph));
  return resolution.Take();
}

// A shared module has several slots.
absl::Status Replace(const ResolvedLayers& resolved, Module& parent) {
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> changed;
  for (const auto& [name, child] : parent.children_slots()) {
    if (const auto found = resolved.find(child.get()); found != resolved.end())
      changed.emplace_back(name, found->second);
  }
  for (auto& [name, now] : changed) RETURN_IF_ERROR(parent.RegisterModule(std::move(name), std::move(now)));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const Module*> LazyResolution::Resolve(const LazyLayer& lazy, const Shape& input) {
  if (const auto found = resolved_.find(&lazy); found != resolved_.end()) return found->second.get();
  const LazyLayer::Target& target = lazy.target();
  ASSIGN_OR_RETURN(const int64_t learnt, target.infer(lazy.type(), input));
  Attributes attributes = {{std::string(target.attribute), learnt}};
  attributes.insert(attributes.end(), lazy.attributes().begin(), lazy.attributes().end());
  context_.set_dtype(lazy.dtype());
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> resolved, target.create({attributes, context_}));
  resolved->set_training(lazy.training());
  return resolved_.emplace(&lazy, std::move(resolved)).first->second.get();
}

absl::StatusOr<Symbol> LazyLayer::Forward(Trace& trace, const Arguments& arguments) const {
  if (resolution_ == nullptr) {
    return absl::FailedPreconditionError(
        "Attempted to use an uninitialized parameter. This error happens when you are using a `LazyModule` or "
        "explicitly "
        "manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with "
        "a "
        "dummy batch to initialize the parameters before calling torch functions");
  }
  ASSIGN_OR_RETURN(const Value input, FirstInput(*this, arguments));
  ASSIGN_OR_RETURN(const Module* resolved, resolution_->Resolve(*this, trace.spec(input).shape));
  return resolved->Forward(trace, arguments);
}

absl::Status ResolveLazyLayers(std::shared_ptr<Module>& root, const CallSignature& signature, InitContext& context) {
  ASSIGN_OR_RETURN(const ResolvedLayers resolved, ResolveCalled(*root, signature, context));
  if (resolved.empty()) return absl::OkStatus();
  // Lazy layers have no children: none of these is one that goes.
  std::vector<Module*> parents;
  for (const auto& [path, module] : root->named_modules()) {
    if (!module->children_slots().empty()) parents.push_back(module);
  }
  for (Module* parent : parents) RETURN_IF_ERROR(Replace(resolved, *parent));
  if (const auto found = resolved.find(root.get()); found != resolved.end()) root = found->second;
  return absl::OkStatus();
}

absl::Status CheckResolved(const Module& root) {
  for (const auto& [path, module] : root.named_modules()) {
    if (dynamic_cast<const LazyLayer*>(module) == nullptr) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path.empty() ? "root" : path, " (", module->type(),
                     "): the layer is lazy and must be called by a forward on the signature's example shapes"));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
