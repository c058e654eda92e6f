#include "proto/contract/codec/tensor_routes.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "moduled/v1/tensor.pb.h"

namespace moduled::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool IsPartOfAValue(const Descriptor* type) {
  const Descriptor* parts[] = {v1::Tensor::descriptor(), v1::Value::descriptor(), v1::ValueList::descriptor(),
                               v1::ValueDict::descriptor(), v1::ValueEntry::descriptor()};
  return absl::c_linear_search(parts, type);
}

}  // namespace

TensorRoutes::TensorRoutes(const Descriptor& root, Through through) : root_(root) {
  // All types that the root may hold, each with its fields that are messages.
  std::vector<const Descriptor*> left = {&root};
  while (!left.empty()) {
    const Descriptor* type = left.back();
    left.pop_back();
    if (fields_.contains(type)) continue;
    Fields& fields = fields_[type];
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      if (field.type() != FieldDescriptor::TYPE_MESSAGE) continue;  // No groups.
      if (through == Through::kValues && !IsPartOfAValue(field.message_type())) continue;
      fields[field.number()] = field.message_type();
      left.push_back(field.message_type());
    }
  }
  // Take away what leads nowhere, until nothing does.
  const Descriptor* tensor = v1::Tensor::descriptor();
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [type, fields] : fields_) {
      const auto leads_nowhere = [&](const auto& field) {
        return field.second != tensor && fields_.at(field.second).empty();
      };
      changed |= absl::erase_if(fields, leads_nowhere) > 0;
    }
  }
}

const Descriptor* TensorRoutes::Follow(const Descriptor& type, int field) const {
  const auto fields = fields_.find(&type);
  if (fields == fields_.end()) return nullptr;
  const auto found = fields->second.find(field);
  return found == fields->second.end() ? nullptr : found->second;
}

}  // namespace moduled::contract
