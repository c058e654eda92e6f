#include "nn/description/layer_messages.h"

#include <google/protobuf/reflection.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/description/wire_types.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

absl::Status UnsupportedField(const FieldDescriptor& field) {
  return absl::InternalError(absl::StrCat(field.full_name(), ": no attribute has a type such as ", field.type_name()));
}

const OneofDescriptor& LayerOneof() { return *v1::ModuleDescription::descriptor()->FindOneofByName("layer"); }

// Without presence a zero cannot be told from nothing.
bool IsSet(const Message& layer, const FieldDescriptor& field) {
  if (field.is_repeated()) return layer.GetReflection()->FieldSize(layer, &field) > 0;
  return layer.GetReflection()->HasField(layer, &field);
}

absl::StatusOr<Attribute> ReadField(const Message& layer, const FieldDescriptor& field) {
  const Reflection& reflection = *layer.GetReflection();
  if (field.is_repeated()) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_INT64) return UnsupportedField(field);
    Attribute::List list;
    for (const int64_t number : reflection.GetRepeatedFieldRef<int64_t>(layer, &field)) list.items.emplace_back(number);
    return Attribute(std::move(list));
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return Attribute(static_cast<int64_t>(reflection.GetInt64(layer, &field)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Attribute(reflection.GetDouble(layer, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Attribute(reflection.GetBool(layer, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return Attribute(reflection.GetString(layer, &field));
    default:
      return UnsupportedField(field);
  }
}

absl::Status WriteRepeated(const Attribute& attribute, const FieldDescriptor& field, Message& layer) {
  if (const int64_t* number = attribute.As<int64_t>()) {
    layer.GetReflection()->AddInt64(&layer, &field, *number);
    return absl::OkStatus();
  }
  if (attribute.Items() == nullptr) return UnsupportedField(field);
  for (const Attribute& item : *attribute.Items()) {
    const int64_t* number = item.As<int64_t>();
    if (number == nullptr) return UnsupportedField(field);
    layer.GetReflection()->AddInt64(&layer, &field, *number);
  }
  return absl::OkStatus();
}

absl::Status WriteField(const Attribute& attribute, const FieldDescriptor& field, Message& layer) {
  if (field.is_repeated()) return WriteRepeated(attribute, field, layer);
  const Reflection& reflection = *layer.GetReflection();
  const int64_t* integer = attribute.As<int64_t>();
  const double* real = attribute.As<double>();
  const bool* flag = attribute.As<bool>();
  const std::string* text = attribute.As<std::string>();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 && integer != nullptr) {
    reflection.SetInt64(&layer, &field, *integer);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE && (real != nullptr || integer != nullptr)) {
    reflection.SetDouble(&layer, &field, real != nullptr ? *real : static_cast<double>(*integer));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && flag != nullptr) {
    reflection.SetBool(&layer, &field, *flag);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && text != nullptr) {
    reflection.SetString(&layer, &field, *text);
  } else {
    return UnsupportedField(field);
  }
  return absl::OkStatus();
}

}  // namespace

const Message* LayerMessage(const v1::ModuleDescription& description) {
  const Reflection& reflection = *description.GetReflection();
  const FieldDescriptor* field = reflection.GetOneofFieldDescriptor(description, &LayerOneof());
  return field == nullptr ? nullptr : &reflection.GetMessage(description, field);
}

absl::StatusOr<Attributes> ReadAttributes(const Message& layer) {
  RETURN_IF_ERROR(CheckKnownFields(layer));
  Attributes attributes;
  for (int i = 0; i < layer.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *layer.GetDescriptor()->field(i);
    if (!IsSet(layer, field)) continue;
    ASSIGN_OR_RETURN(Attribute attribute, ReadField(layer, field));
    attributes.emplace_back(field.name(), std::move(attribute));
  }
  return attributes;
}

absl::Status WriteLayer(const std::string& name, const Attributes& attributes, v1::ModuleDescription& description) {
  for (int i = 0; i < LayerOneof().field_count(); ++i) {
    const FieldDescriptor* kind = LayerOneof().field(i);
    if (kind->message_type()->name() != name) continue;
    Message& layer = *description.GetReflection()->MutableMessage(&description, kind);
    for (const auto& [attribute_name, attribute] : attributes) {
      const FieldDescriptor* field = layer.GetDescriptor()->FindFieldByName(attribute_name);
      if (field == nullptr) {
        return absl::InternalError(absl::StrCat(name, " has no field for its attribute ", attribute_name));
      }
      RETURN_IF_ERROR(WriteField(attribute, *field, layer));
    }
    return absl::OkStatus();
  }
  return absl::UnimplementedError(absl::StrCat("no description can express a ", name));
}

}  // namespace moduled::nn
