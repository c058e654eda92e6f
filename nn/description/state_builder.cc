#include "nn/description/state_builder.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/description/shared_lookup.h"
#include "nn/description/wire_types.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<std::shared_ptr<Parameter>> BuildParameter(const v1::ParameterDescription& description,
                                                          const std::shared_ptr<Module>& root, InitContext& context) {
  RETURN_IF_ERROR(CheckKnownFields(description));
  switch (description.slot_case()) {
    case v1::ParameterDescription::kNone:
      return nullptr;
    case v1::ParameterDescription::kShared: {
      std::shared_ptr<Parameter> parameter = FindSharedParameter(root, description.shared());
      if (parameter != nullptr) return parameter;
      return FieldError("shared", absl::StrCat("no earlier parameter has the path '", description.shared(), "'"));
    }
    case v1::ParameterDescription::kTensor: {
      absl::StatusOr<TensorSpec> spec = ReadTensorSpec(description.tensor());
      if (!spec.ok()) return InField("tensor", spec.status());
      absl::StatusOr<Tensor> zeros = context.MakeZeros(*std::move(spec));
      if (!zeros.ok()) return InField("tensor", zeros.status());
      return std::make_shared<Parameter>(Parameter{.data = *std::move(zeros)});
    }
    case v1::ParameterDescription::SLOT_NOT_SET:
      break;
  }
  return FieldError("slot", "not set (want tensor, shared or none)");
}

// The elements that the description carries, or zeros.
absl::StatusOr<Tensor> BufferElements(const v1::BufferDescription& description, InitContext& context) {
  absl::StatusOr<TensorSpec> spec = ReadTensorSpec(description.tensor());
  if (!spec.ok()) return InField("tensor", spec.status());
  if (!description.has_value()) return context.MakeZeros(*std::move(spec));
  RETURN_IF_ERROR(context.Book(*spec));
  absl::StatusOr<Tensor> value = ReadTensor(description.value());
  if (!value.ok()) return InField("value", value.status());
  if (value->spec() == *spec) return value;
  return FieldError("value", absl::StrCat("is not of the buffer's type (got ", value->spec().ToString(), ", want ",
                                          spec->ToString(), ")"));
}

absl::Status TieParameter(const v1::Tie& tie, const std::shared_ptr<Module>& root, Module& module) {
  RETURN_IF_ERROR(CheckKnownFields(tie));
  const std::shared_ptr<Parameter>* own = module.parameter_slots().Find(tie.name());
  if (own == nullptr || *own == nullptr) {
    return FieldError("name", absl::StrCat("the module has no parameter of its own named '", tie.name(), "'"));
  }
  std::shared_ptr<Parameter> shared = FindSharedParameter(root, tie.shared());
  if (shared == nullptr || shared == *own) {
    return FieldError("shared", absl::StrCat("no earlier parameter has the path '", tie.shared(), "'"));
  }
  if (shared->data.spec() != (*own)->data.spec()) {
    return FieldError("shared",
                      absl::StrCat("'", tie.shared(), "' is not of the parameter's type (got ",
                                   shared->data.spec().ToString(), ", want ", (*own)->data.spec().ToString(), ")"));
  }
  return module.RegisterParameter(tie.name(), std::move(shared));
}

absl::StatusOr<std::shared_ptr<Buffer>> BuildBuffer(const v1::BufferDescription& description, InitContext& context) {
  RETURN_IF_ERROR(CheckKnownFields(description));
  if (description.has_none()) {
    if (description.has_value()) return FieldError("value", "a slot that is None has none");
    return nullptr;
  }
  if (!description.has_tensor()) return FieldError("slot", "not set (want tensor or none)");
  ASSIGN_OR_RETURN(Tensor tensor, BufferElements(description, context));
  const bool persistent = !description.has_persistent() || description.persistent();
  return std::make_shared<Buffer>(Buffer{.data = std::move(tensor), .persistent = persistent});
}

}  // namespace

absl::Status BuildParameters(const v1::ModuleDescription& description, const std::shared_ptr<Module>& root,
                             InitContext& context, Module& module) {
  for (const v1::ParameterDescription& slot : description.parameters()) {
    const std::string field = absl::StrCat("parameters: ", slot.name());
    if (module.parameter_slots().Contains(slot.name())) return FieldError(field, "the name occurs twice");
    absl::StatusOr<std::shared_ptr<Parameter>> parameter = BuildParameter(slot, root, context);
    if (!parameter.ok()) return InField(field, parameter.status());
    const absl::Status registered = module.RegisterParameter(slot.name(), *std::move(parameter));
    if (!registered.ok()) return InField(field, registered);
  }
  return absl::OkStatus();
}

absl::Status BuildBuffers(const v1::ModuleDescription& description, InitContext& context, Module& module) {
  for (const v1::BufferDescription& slot : description.buffers()) {
    const std::string field = absl::StrCat("buffers: ", slot.name());
    if (module.buffer_slots().Contains(slot.name())) return FieldError(field, "the name occurs twice");
    absl::StatusOr<std::shared_ptr<Buffer>> buffer = BuildBuffer(slot, context);
    if (!buffer.ok()) return InField(field, buffer.status());
    const absl::Status registered = module.RegisterBuffer(slot.name(), *std::move(buffer));
    if (!registered.ok()) return InField(field, registered);
  }
  return absl::OkStatus();
}

absl::Status TieParameters(const v1::ModuleDescription& description, const std::shared_ptr<Module>& root,
                           Module& module) {
  for (const v1::Tie& tie : description.ties()) {
    const absl::Status status = TieParameter(tie, root, module);
    if (!status.ok()) return InField(absl::StrCat("ties: ", tie.name()), status);
  }
  return absl::OkStatus();
}

absl::Status FreezeParameters(const v1::ModuleDescription& description, Module& module) {
  for (const std::string& name : description.frozen()) {
    const std::shared_ptr<Parameter>* parameter = module.parameter_slots().Find(name);
    if (parameter == nullptr || *parameter == nullptr) {
      return FieldError("frozen", absl::StrCat("the module has no parameter of its own named '", name, "'"));
    }
    (*parameter)->requires_grad = false;
  }
  for (const auto& [name, parameter] : module.parameter_slots()) {
    if (parameter == nullptr || !parameter->requires_grad || IsFloatingPoint(parameter->data.dtype())) continue;
    return FieldError(absl::StrCat("parameters: ", name),
                      absl::StrCat("only tensors of floating point dtype can require gradients (got ",
                                   Name(parameter->data.dtype()), "; name it in `frozen`)"));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
