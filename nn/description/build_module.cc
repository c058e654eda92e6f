#include "nn/description/build_module.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/description/graph_reader.h"
#include "nn/description/layer_messages.h"
#include "nn/description/made_child.h"
#include "nn/description/shared_lookup.h"
#include "nn/description/state_builder.h"
#include "nn/description/tree_cost.h"
#include "nn/description/wire_signature.h"
#include "nn/description/wire_types.h"
#include "nn/layers/catalogue.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/lazy.h"
#include "nn/modules/containers.h"
#include "nn/modules/graph_module.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Where in the tree the builder is.
struct Place {
  std::string path;
  const Place* parent = nullptr;
  const Module* module = nullptr;  // Once it is made.
  // What the parent, a layer, has made for itself in this place.
  std::shared_ptr<Module> made = nullptr;
  int depth = 1;  // Modules from the root to here, both counted.

  bool IsWithin(const Module* candidate) const {
    for (const Place* place = this; place != nullptr; place = place->parent) {
      if (place->module == candidate) return true;
    }
    return false;
  }
};

class ModuleBuilder {
 public:
  explicit ModuleBuilder(const BuildOptions& options)
      : context_({.seed = options.seed, .initialise = options.initialise, .max_bytes = options.max_parameter_bytes}) {}

  absl::StatusOr<std::shared_ptr<Module>> Build(const v1::ModuleDescription& description) {
    ASSIGN_OR_RETURN(const ModelSignature signature, ReadSignature(description.signature()));
    RETURN_IF_ERROR(BuildTree(description, Place(), nullptr));
    if (description.has_signature()) RETURN_IF_ERROR(Resolve(signature));
    return root_;
  }

 private:
  // Makes the module, registers it in its parent (none for the root), and then builds what is below it: a module that
  // is still empty is registered quickly, and its children find what they share from the root.
  absl::Status BuildTree(const v1::ModuleDescription& description, Place place, Module* parent);

  // The steps. Their errors do not say which module they are about.
  absl::StatusOr<std::shared_ptr<Module>> Make(const v1::ModuleDescription& description, const Place& place);
  absl::StatusOr<std::shared_ptr<Module>> MakeLayer(const v1::ModuleDescription& description);
  absl::StatusOr<std::shared_ptr<Module>> MakeComposite(const v1::Composite& composite);
  absl::Status Register(std::string name, std::shared_ptr<Module> module, Module* parent);
  absl::Status BuildState(const v1::ModuleDescription& description, Module& module);
  absl::Status CheckChild(const v1::Child& child, const Module& parent) const;
  absl::StatusOr<std::shared_ptr<Module>> FindShared(const v1::Child& child, const Place& parent);
  absl::Status Finish(const Module& module);
  // Gives lazy layers their shapes.
  absl::Status Resolve(const ModelSignature& signature);

  absl::Status BuildChild(const v1::Child& child, const Place& place, Module& parent);

  InitContext context_;
  std::shared_ptr<Module> root_;
  TreeCosts costs_;
  int64_t modules_ = 0;
  int64_t shared_paths_ = 0;  // Names that sharing has given to what was there already.
  int64_t node_budget_ = kMaxNodes;
};

// "layer1.0.conv1 (Conv2d): ".
absl::Status At(const Place& place, const v1::ModuleDescription& description, const absl::Status& status) {
  const google::protobuf::Message* layer = LayerMessage(description);
  std::string type = layer == nullptr ? "no layer" : layer->GetDescriptor()->name();
  if (description.has_composite() && !description.composite().type().empty()) type = description.composite().type();
  return InField(absl::StrCat(place.path.empty() ? "root" : place.path, " (", type, ")"), status);
}

absl::Status ModuleBuilder::BuildTree(const v1::ModuleDescription& description, Place place, Module* parent) {
  absl::StatusOr<std::shared_ptr<Module>> made = Make(description, place);
  if (!made.ok()) return At(place, description, made.status());
  Module& module = **made;
  place.module = &module;
  const std::string name = place.path.substr(place.path.rfind('.') + 1);
  absl::Status status = Register(name, *std::move(made), parent);
  if (status.ok()) status = BuildState(description, module);
  if (!status.ok()) return At(place, description, status);
  absl::flat_hash_set<absl::string_view> names;
  for (const v1::Child& child : description.children()) {
    status = CheckChild(child, module);
    if (status.ok() && !names.insert(child.name()).second) {
      status = FieldError(absl::StrCat("children: ", child.name()), "the name occurs twice");
    }
    if (!status.ok()) return At(place, description, status);
    RETURN_IF_ERROR(BuildChild(child, place, module));
  }
  status = Finish(module);
  return status.ok() ? status : At(place, description, status);
}

absl::StatusOr<std::shared_ptr<Module>> ModuleBuilder::Make(const v1::ModuleDescription& description,
                                                            const Place& place) {
  RETURN_IF_ERROR(CheckKnownFields(description));
  if (place.depth > kMaxDepth) return FieldError("children", absl::StrCat("nested deeper than ", kMaxDepth));
  if (place.made != nullptr && IsAsDescribed(*place.made, description)) return place.made;
  if (++modules_ > kMaxModules) return FieldError("children", absl::StrCat("more than ", kMaxModules, " modules"));
  if (place.parent != nullptr && description.has_signature()) return FieldError("signature", "only the root has one");
  switch (description.layer_case()) {
    case v1::ModuleDescription::LAYER_NOT_SET:
      return FieldError("layer", "not set, or of a kind that is not known here");
    case v1::ModuleDescription::kComposite:
      return MakeComposite(description.composite());
    case v1::ModuleDescription::kSequential:
      RETURN_IF_ERROR(CheckKnownFields(description.sequential()));
      if (!description.sequential().has_type()) return std::make_shared<Sequential>();
      if (description.sequential().type().empty()) return FieldError("type", "must not be empty");
      return std::make_shared<Sequential>(description.sequential().type());
    case v1::ModuleDescription::kModuleList:
      return std::make_shared<ModuleList>();
    case v1::ModuleDescription::kModuleDict:
      return std::make_shared<ModuleDict>();
    case v1::ModuleDescription::kParameterList:
      return std::make_shared<ParameterList>();
    case v1::ModuleDescription::kParameterDict:
      return std::make_shared<ParameterDict>();
    default:
      return MakeLayer(description);
  }
}

absl::StatusOr<std::shared_ptr<Module>> ModuleBuilder::MakeLayer(const v1::ModuleDescription& description) {
  const google::protobuf::Message& message = *LayerMessage(description);
  const absl::StatusOr<const LayerInfo*> layer = FindLayer(message.GetDescriptor()->name());
  if (!layer.ok()) return InField("layer", layer.status());
  if (description.parameters_size() != 0) return FieldError("parameters", "a layer makes its own");
  if (description.buffers_size() != 0) return FieldError("buffers", "a layer makes its own");
  context_.set_dtype(DType::kFloat32);
  if (description.has_dtype()) {
    const absl::StatusOr<DType> dtype = ReadDType(description.dtype());
    if (!dtype.ok()) return InField("dtype", dtype.status());
    if (!IsFloatingPoint(*dtype)) {
      return FieldError("dtype", absl::StrCat("must be a floating-point type (got ", Name(*dtype), ")"));
    }
    context_.set_dtype(*dtype);
  }
  ASSIGN_OR_RETURN(const Attributes attributes, ReadAttributes(message));
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> made, (*layer)->create({attributes, context_}));
  // Those that it has made for itself count too.
  modules_ += static_cast<int64_t>(made->named_modules(/*remove_duplicate=*/false).size()) - 1;
  return made;
}

absl::StatusOr<std::shared_ptr<Module>> ModuleBuilder::MakeComposite(const v1::Composite& composite) {
  RETURN_IF_ERROR(CheckKnownFields(composite));
  if (composite.type().empty()) return FieldError("type", "must not be empty");
  std::optional<FxGraph> graph;
  if (composite.has_graph()) {
    ASSIGN_OR_RETURN(graph, ReadGraph(composite.graph(), node_budget_));
  }
  return std::make_shared<GraphModule>(composite.type(), std::move(graph));
}

absl::Status ModuleBuilder::Register(std::string name, std::shared_ptr<Module> module, Module* parent) {
  if (parent != nullptr) return parent->RegisterModule(std::move(name), std::move(module));
  root_ = std::move(module);
  return absl::OkStatus();
}

absl::Status ModuleBuilder::BuildState(const v1::ModuleDescription& description, Module& module) {
  module.train(description.training());  // It has no children yet: this is about itself alone.
  if (dynamic_cast<const Layer*>(&module) != nullptr) {
    RETURN_IF_ERROR(TieParameters(description, root_, module));
  } else {
    if (description.ties_size() != 0) return FieldError("ties", "only layers have them (want shared `parameters`)");
    if (description.has_dtype()) return FieldError("dtype", "only layers have one");
    RETURN_IF_ERROR(BuildParameters(description, root_, context_, module));
    RETURN_IF_ERROR(BuildBuffers(description, context_, module));
  }
  return FreezeParameters(description, module);
}

absl::Status ModuleBuilder::CheckChild(const v1::Child& child, const Module& parent) const {
  RETURN_IF_ERROR(CheckKnownFields(child));
  const std::string field = absl::StrCat("children: ", child.name());
  if (child.name().empty()) return FieldError(field, "module name can't be empty string \"\"");
  if (child.name().find('.') != std::string::npos) {
    return FieldError(field, absl::StrCat("module name can't contain \".\", got: ", child.name()));
  }
  if (child.slot_case() == v1::Child::SLOT_NOT_SET) {
    return FieldError(field, "slot: not set (want module, shared or none)");
  }
  return CheckTakesChild(parent, child.name());
}

absl::StatusOr<std::shared_ptr<Module>> ModuleBuilder::FindShared(const v1::Child& child, const Place& parent) {
  std::shared_ptr<Module> module = FindSharedModule(root_, child.shared());
  if (module == nullptr) {
    return FieldError("shared", absl::StrCat("no earlier module has the path '", child.shared(), "'"));
  }
  if (parent.IsWithin(module.get())) {
    return FieldError("shared",
                      absl::StrCat("the module '", child.shared(), "' contains this one (a tree has no cycles)"));
  }
  if (!costs_.Has(*module)) {  // A layer has made it, in a place that is described later.
    return FieldError("shared", absl::StrCat("no earlier module has the path '", child.shared(), "'"));
  }
  if (parent.depth + costs_.Of(*module).height > kMaxDepth) {
    return FieldError("shared", absl::StrCat("nested deeper than ", kMaxDepth));
  }
  // Before it is registered: that walks through all of it.
  shared_paths_ += costs_.Of(*module).paths;
  if (shared_paths_ > kMaxModules) {
    return FieldError("shared", absl::StrCat("too many names of modules and state (want at most ", kMaxModules, ")"));
  }
  return module;
}

absl::Status ModuleBuilder::BuildChild(const v1::Child& child, const Place& place, Module& parent) {
  const std::shared_ptr<Module>* made = parent.children_slots().Find(child.name());
  const Place below{.path = place.path.empty() ? child.name() : absl::StrCat(place.path, ".", child.name()),
                    .parent = &place,
                    .made = made == nullptr ? nullptr : *made,
                    .depth = place.depth + 1};
  if (child.has_module()) return BuildTree(child.module(), below, &parent);
  std::shared_ptr<Module> module;
  if (child.has_shared()) {
    absl::StatusOr<std::shared_ptr<Module>> shared = FindShared(child, place);
    if (!shared.ok()) return InField(below.path, shared.status());
    module = *std::move(shared);
  }
  const absl::Status registered = Register(child.name(), std::move(module), &parent);
  return registered.ok() ? registered : InField(below.path, registered);
}

absl::Status ModuleBuilder::Finish(const Module& module) {
  if (const auto* composite = dynamic_cast<const GraphModule*>(&module)) RETURN_IF_ERROR(composite->Check());
  if (const auto* layer = dynamic_cast<const CompositeLayer*>(&module)) RETURN_IF_ERROR(layer->CheckChildren());
  return costs_.Add(module);
}

absl::Status ModuleBuilder::Resolve(const ModelSignature& signature) {
  if (CheckResolved(*root_).ok()) return absl::OkStatus();
  const absl::StatusOr<std::vector<TensorSpec>> inputs = ExampleInputs(signature);
  if (!inputs.ok()) return InField("signature", inputs.status());
  CallSignature call;
  for (const TensorSpec& input : *inputs) call.args.push_back(SpecTree(input));
  return ResolveLazyLayers(root_, call, context_);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Module>> BuildModule(const v1::ModuleDescription& description,
                                                    const BuildOptions& options) {
  return ModuleBuilder(options).Build(description);
}

}  // namespace moduled::nn
