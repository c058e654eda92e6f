#include "nn/layers/composite_layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/catalogue.h"
#include "nn/modules/python_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status CompositeLayer::AddChild(InitContext& context, std::string name, absl::string_view type,
                                      Attributes attributes) {
  ASSIGN_OR_RETURN(const LayerInfo* info, FindLayer(type));
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> child, info->create({attributes, context}));
  return RegisterModule(std::move(name), std::move(child));
}

absl::StatusOr<Symbol> CompositeLayer::CallChild(Trace& trace, absl::string_view name, Arguments arguments) const {
  const std::shared_ptr<Module>* child = children_slots().Find(name);
  if (child == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("'", type(), "' object has no attribute '", name, "'"));
  }
  if (*child == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, ": 'NoneType' object is not callable"));
  return trace.Call(name, **child, std::move(arguments));
}

absl::StatusOr<Value> CompositeLayer::CallChild(Trace& trace, absl::string_view name, Value input) const {
  ASSIGN_OR_RETURN(const Symbol output, CallChild(trace, name, Arguments{{Symbol(input)}, {}}));
  return ReturnedTensor(name, output);
}

std::vector<std::pair<std::string, const Module*>> ItemsOf(const Module& layer, absl::string_view list) {
  std::vector<std::pair<std::string, const Module*>> items;
  const std::shared_ptr<Module>* found = layer.children_slots().Find(list);
  if (found == nullptr || *found == nullptr) return items;
  for (const auto& [name, child] : (*found)->children_slots()) {
    items.emplace_back(absl::StrCat(list, ".", name), child.get());
  }
  return items;
}

absl::StatusOr<Value> ReturnedTensor(absl::string_view child, const Symbol& returned) {
  if (const Value* value = returned.As<Value>()) return *value;
  return absl::InvalidArgumentError(absl::StrCat(child, " must return a Tensor, not ", TypeName(returned)));
}

}  // namespace moduled::nn
