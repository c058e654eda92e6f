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

template <class T>
Attribute ReadList(const Message& layer, const FieldDescriptor& field) {
  Attribute::List list;
  for (const T number : layer.GetReflection()->GetRepeatedFieldRef<T>(layer, &field)) list.items.emplace_back(number);
  return Attribute(std::move(list));
}

absl::StatusOr<Attribute> ReadRepeated(const Message& layer, const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) return ReadList<int64_t>(layer, field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) return ReadList<double>(layer, field);
  return UnsupportedField(field);
}

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.message_type() == v1::Number::descriptor();
}

absl::StatusOr<Attribute> ReadNumber(const Message& layer, const FieldDescriptor& field) {
  const auto& number = static_cast<const v1::Number&>(layer.GetReflection()->GetMessage(layer, &field));
  RETURN_IF_ERROR(CheckKnownFields(number));
  if (number.has_int_()) return Attribute(static_cast<int64_t>(number.int_()));
  if (number.has_float_()) return Attribute(number.float_());
  return absl::InvalidArgumentError(absl::StrCat(field.name(), ": must be an int or a float (got nothing)"));
}

absl::StatusOr<Attribute> ReadField(const Message& layer, const FieldDescriptor& field) {
  const Reflection& reflection = *layer.GetReflection();
  if (field.is_repeated()) return ReadRepeated(layer, field);
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
      return IsNumber(field) ? ReadNumber(layer, field) : UnsupportedField(field);
  }
}

absl::Status AddItem(const Attribute& item, const FieldDescriptor& field, Message& layer) {
  const int64_t* integer = item.As<int64_t>();
  const double* real = item.As<double>();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 && integer != nullptr) {
    layer.GetReflection()->AddInt64(&layer, &field, *integer);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE && (real != nullptr || integer != nullptr)) {
    layer.GetReflection()->AddDouble(&layer, &field, real != nullptr ? *real : static_cast<double>(*integer));
  } else {
    return UnsupportedField(field);
  }
  return absl::OkStatus();
}

absl::Status WriteRepeated(const Attribute& attribute, const FieldDescriptor& field, Message& layer) {
  if (attribute.Items() == nullptr) return AddItem(attribute, field, layer);
  for (const Attribute& item : *attribute.Items()) RETURN_IF_ERROR(AddItem(item, field, layer));
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
  } else if (IsNumber(field) && (real != nullptr || integer != nullptr)) {
    auto& number = static_cast<v1::Number&>(*reflection.MutableMessage(&layer, &field));
    if (integer != nullptr) number.set_int_(*integer);
    if (real != nullptr) number.set_float_(*real);
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
