#include "nn/layers/layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status InField(absl::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

}  // namespace

absl::Status Layer::AddParameter(InitContext& context, std::string name, Shape shape,
                                 const init::Initialiser& initialiser) {
  absl::StatusOr<std::shared_ptr<Parameter>> parameter = context.MakeParameter(std::move(shape), initialiser);
  if (!parameter.ok()) return InField(name, parameter.status());
  initialisers_.emplace_back(name, initialiser);
  return RegisterParameter(std::move(name), *std::move(parameter));
}

absl::Status Layer::AddBuffer(InitContext& context, std::string name, Shape shape,
                              const init::Initialiser& initialiser) {
  absl::StatusOr<std::shared_ptr<Buffer>> buffer = context.MakeBuffer(std::move(shape), initialiser);
  if (!buffer.ok()) return InField(name, buffer.status());
  initialisers_.emplace_back(name, initialiser);
  return RegisterBuffer(std::move(name), *std::move(buffer));
}

std::vector<int64_t> Layer::WindowShape() const {
  std::vector<int64_t> extents;
  for (const auto& [name, attribute] : attributes_) {
    if (name != "kernel_size") continue;
    if (const int64_t* extent = attribute.As<int64_t>()) extents.push_back(*extent);
    if (attribute.Items() == nullptr) continue;
    for (const Attribute& item : *attribute.Items()) {
      if (const int64_t* extent = item.As<int64_t>()) extents.push_back(*extent);
    }
  }
  // One number stands for all axes.
  const std::shared_ptr<Parameter>* weight = parameter_slots().Find("weight");
  if (extents.size() == 1 && weight != nullptr && *weight != nullptr && (*weight)->data.rank() > 3) {
    extents.resize((*weight)->data.rank() - 2, extents[0]);
  }
  return extents;
}

absl::StatusOr<BoundArguments> Layer::BindInput(const Arguments& arguments) const {
  return BoundArguments::Bind(absl::StrCat(type(), ".forward"), /*is_method=*/true, {{"input"}}, arguments);
}

std::vector<Value> Layer::InputAndState(Trace& trace, Value input,
                                        std::initializer_list<absl::string_view> names) const {
  std::vector<Value> values = {input};
  for (const absl::string_view name : names) {
    const std::shared_ptr<Parameter>* parameter = parameter_slots().Find(name);
    if (parameter != nullptr && *parameter != nullptr) values.push_back(trace.Use(**parameter));
    const std::shared_ptr<Buffer>* buffer = buffer_slots().Find(name);
    if (buffer != nullptr && *buffer != nullptr) values.push_back(trace.Use(**buffer));
  }
  return values;
}

absl::StatusOr<Symbol> UnaryLayer::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound, BindInput(arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  return Apply(trace, input);
}

}  // namespace moduled::nn
