#include "nn/description/made_child.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/description/layer_messages.h"
#include "nn/description/wire_types.h"
#include "nn/layers/composite_layer.h"
#include "nn/modules/containers.h"

namespace moduled::nn {
namespace {

bool SameChildren(const Module& made, const v1::ModuleDescription& description) {
  return std::equal(made.children_slots().begin(), made.children_slots().end(), description.children().begin(),
                    description.children().end(),
                    [](const auto& slot, const v1::Child& child) { return slot.first == child.name(); });
}

bool SameLayer(const Layer& made, const v1::ModuleDescription& description) {
  const google::protobuf::Message* message = LayerMessage(description);
  if (message == nullptr || message->GetDescriptor()->name() != made.type()) return false;
  const absl::StatusOr<Attributes> attributes = ReadAttributes(*message);
  if (!attributes.ok() || *attributes != made.attributes()) return false;
  const absl::StatusOr<DType> dtype = description.has_dtype() ? ReadDType(description.dtype()) : DType::kFloat32;
  return dtype.ok() && *dtype == made.dtype();
}

}  // namespace

bool IsAsDescribed(const Module& made, const v1::ModuleDescription& description) {
  if (dynamic_cast<const ModuleList*>(&made) != nullptr) {
    return description.has_module_list() && SameChildren(made, description);
  }
  const auto* layer = dynamic_cast<const Layer*>(&made);
  return layer != nullptr && SameLayer(*layer, description);
}

absl::Status CheckTakesChild(const Module& parent, absl::string_view name) {
  if (dynamic_cast<const Layer*>(&parent) == nullptr) return absl::OkStatus();
  const auto* composite = dynamic_cast<const CompositeLayer*>(&parent);
  if (composite == nullptr) return FieldError("children", "a layer has none");
  if (composite->TakesChild(name)) return absl::OkStatus();
  return FieldError(absl::StrCat("children: ", name), absl::StrCat("a ", parent.type(), " has no such child"));
}

}  // namespace moduled::nn
