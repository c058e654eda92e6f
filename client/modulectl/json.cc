#include "client/modulectl/json.h"

#include <cmath>
#include <type_traits>
#include <variant>

#include "client/modulectl/tensor_text.h"

namespace moduled::modulectl {
namespace {

Json Element(const nn::Tensor& tensor, int64_t index) {
  switch (tensor.dtype()) {
    case nn::DType::kBool:
      return tensor.elements<uint8_t>()[index] != 0;
    case nn::DType::kInt64:
      return tensor.elements<int64_t>()[index];
    case nn::DType::kInt32:
    case nn::DType::kInt8:
    case nn::DType::kUInt8:
      return static_cast<int64_t>(ElementAsDouble(tensor, index));
    default:
      return NumberToJson(ElementAsDouble(tensor, index));
  }
}

Json Elements(const nn::Tensor& tensor, size_t axis, int64_t& next) {
  if (axis == tensor.rank()) return Element(tensor, next++);
  Json list = Json::array();
  for (int64_t i = 0; i < tensor.shape()[axis]; ++i) list.push_back(Elements(tensor, axis + 1, next));
  return list;
}

Json ItemsToJson(const std::vector<nn::Datum>& items) {
  Json list = Json::array();
  for (const nn::Datum& item : items) list.push_back(ToJson(item));
  return list;
}

}  // namespace

Json NumberToJson(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

Json ToJson(const contract::ModelRef& model) { return {{"name", model.name}, {"version", model.version}}; }

Json ToJson(const nn::TensorSpec& spec) {
  Json shape = Json::array();
  for (int64_t extent : spec.shape) shape.push_back(extent);
  return {{"dtype", std::string(nn::Name(spec.dtype))}, {"shape", std::move(shape)}};
}

Json ToJson(const nn::Tensor& tensor) {
  Json json = ToJson(tensor.spec());
  int64_t next = 0;
  json["data"] = Elements(tensor, 0, next);
  return json;
}

Json ToJson(const nn::Datum& datum) {
  using D = nn::Datum;
  return std::visit(
      [](const auto& value) -> Json {
        using V = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<V, nn::Tensor>) {
          return ToJson(value);
        } else if constexpr (std::is_same_v<V, D::List> || std::is_same_v<V, D::Tuple>) {
          return ItemsToJson(value.items);
        } else if constexpr (std::is_same_v<V, D::Dict>) {
          Json json = Json::object();
          for (const auto& [key, item] : value.entries) json[key] = ToJson(item);
          return json;
        } else if constexpr (std::is_same_v<V, nn::DType>) {
          return std::string(nn::Name(value));
        } else if constexpr (std::is_same_v<V, double>) {
          return NumberToJson(value);
        } else if constexpr (std::is_arithmetic_v<V> || std::is_same_v<V, std::string>) {
          return value;
        } else {
          return nullptr;
        }
      },
      datum.value);
}

Json ToJson(const contract::ModuleInfo& module) {
  return {{"path", module.path},
          {"type", module.type},
          {"extra_repr", module.extra_repr},
          {"training", module.training},
          {"parameters", module.parameter_count},
          {"children", module.children}};
}

Json ToJson(const contract::HookEvent& event, bool with_values) {
  Json json = {{"sequence", event.sequence},     {"dropped", event.dropped},
               {"model", ToJson(event.model)},   {"replica", event.replica},
               {"request_id", event.request_id}, {"path", event.path},
               {"called_as", event.called_as},   {"type", event.type},
               {"call_index", event.call_index}, {"kind", std::string(contract::Name(event.kind))}};
  if (event.hook.has_value()) json["hook"] = *event.hook;
  if (event.legacy) json["legacy"] = true;
  if (!with_values) return json;
  if (contract::IsBackward(event.kind)) {
    json["grad_input"] = ItemsToJson(event.grad_input);
    json["grad_output"] = ItemsToJson(event.grad_output);
  } else {
    json["inputs"] = ItemsToJson(event.inputs);
    if (event.output.has_value()) json["output"] = ToJson(*event.output);
  }
  return json;
}

void Print(const Context& context, const Json& json) {
  // A name from a file may hold bytes that are not UTF-8: show them as U+FFFD rather than failing.
  *context.out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace moduled::modulectl
