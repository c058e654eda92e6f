#include "nn/layers/apply.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/layer.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Trees in which everything is shared have more visits than anybody waits for.
constexpr size_t kMaxVisits = size_t{1} << 20;

// The numbers of a floating-point tensor, changed one by one in double.
template <class Change>
absl::Status ChangeEach(Tensor& tensor, Change change) {
  const DType dtype = tensor.dtype();
  ASSIGN_OR_RETURN(const Tensor doubles, Convert(tensor, DType::kFloat64));
  ASSIGN_OR_RETURN(Tensor changed, Tensor::Allocate(doubles.spec()));
  std::transform(doubles.elements<double>().begin(), doubles.elements<double>().end(),
                 changed.mutable_elements<double>().begin(), change);
  ASSIGN_OR_RETURN(tensor, Convert(changed, dtype));
  return absl::OkStatus();
}

// One function on one module.
class Application {
 public:
  Application(const ApplyFunction& function, Module& module, Generator& generator, std::vector<std::string>& changed)
      : function_(function), module_(module), generator_(generator), changed_(changed) {}

  absl::Status operator()(const init::Function& fill) {
    return ForEachTensor([&](Tensor& tensor) -> absl::Status {
      ASSIGN_OR_RETURN(Tensor fresh, Tensor::Zeros(tensor.spec()));
      RETURN_IF_ERROR(fill(fresh, generator_));
      tensor = std::move(fresh);
      return absl::OkStatus();
    });
  }

  absl::Status operator()(ScaleBy scale) {
    return ForEachTensor(
        [&](Tensor& tensor) { return ChangeEach(tensor, [&](double x) { return x * scale.factor; }); });
  }

  absl::Status operator()(const ClampTo& clamp) {
    if (!clamp.min.has_value() && !clamp.max.has_value()) {
      return absl::InvalidArgumentError("torch.clamp: At least one of 'min' or 'max' must not be None");
    }
    return ForEachTensor([&](Tensor& tensor) {
      return ChangeEach(tensor, [&](double x) {
        if (clamp.min.has_value() && x < *clamp.min) x = *clamp.min;
        return clamp.max.has_value() && x > *clamp.max ? *clamp.max : x;
      });
    });
  }

  absl::Status operator()(ResetParameters) {
    RETURN_IF_ERROR(CheckNoNames("reset_parameters"));
    auto* layer = dynamic_cast<Layer*>(&module_);
    if (layer == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<std::string> names, layer->ResetParameters(generator_));
    for (const std::string& name : names) Changed(name);
    return absl::OkStatus();
  }

  absl::Status operator()(CastTo cast) {
    RETURN_IF_ERROR(CheckNoNames("cast"));
    if (!IsFloatingPoint(cast.dtype)) {
      return absl::InvalidArgumentError(
          absl::StrCat("nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.",
                       Name(cast.dtype)));
    }
    for (const auto& [name, parameter] : module_.parameter_slots()) {
      if (parameter != nullptr && IsFloatingPoint(parameter->data.dtype())) Changed(name);
    }
    for (const auto& [name, buffer] : module_.buffer_slots()) {
      if (buffer != nullptr && IsFloatingPoint(buffer->data.dtype())) Changed(name);
    }
    if (auto* layer = dynamic_cast<Layer*>(&module_)) return layer->CastState(cast.dtype);
    for (const auto& [name, parameter] : module_.parameter_slots()) {
      if (parameter != nullptr) RETURN_IF_ERROR(Cast(parameter->data, cast.dtype));
    }
    for (const auto& [name, buffer] : module_.buffer_slots()) {
      if (buffer != nullptr) RETURN_IF_ERROR(Cast(buffer->data, cast.dtype));
    }
    return absl::OkStatus();
  }

  absl::Status operator()(SetTraining mode) {
    RETURN_IF_ERROR(CheckNoNames("train"));
    module_.set_training(mode.training);
    Changed("training");
    return absl::OkStatus();
  }

  absl::Status operator()(SetRequiresGrad wish) {
    for (const auto& [name, parameter] : module_.parameter_slots()) {
      if (parameter == nullptr || !IsMeant(name)) continue;
      if (wish.requires_grad && !IsFloatingPoint(parameter->data.dtype())) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, ": only Tensors of floating point and complex dtype can require gradients"));
      }
      parameter->requires_grad = wish.requires_grad;
      Changed(name);
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Cast(Tensor& tensor, DType dtype) {
    if (!IsFloatingPoint(tensor.dtype())) return absl::OkStatus();
    ASSIGN_OR_RETURN(tensor, Convert(tensor, dtype));
    return absl::OkStatus();
  }

  bool IsMeant(const std::string& name) const {
    const std::vector<std::string>& names = function_.names;
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }

  absl::Status CheckNoNames(absl::string_view function) const {
    if (function_.names.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("names: ", function, " is for whole modules (want none)"));
  }

  // Parameters that are meant, and buffers that are named.
  template <class Change>
  absl::Status ForEachTensor(Change change) {
    const auto apply = [&](const std::string& name, Tensor& tensor) -> absl::Status {
      absl::Status status = absl::InvalidArgumentError(
          absl::StrCat("only floating-point tensors can be changed (got ", Name(tensor.dtype()), ")"));
      if (IsFloatingPoint(tensor.dtype())) status = change(tensor);
      if (!status.ok()) return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
      Changed(name);
      return absl::OkStatus();
    };
    for (const auto& [name, parameter] : module_.parameter_slots()) {
      if (parameter != nullptr && IsMeant(name)) RETURN_IF_ERROR(apply(name, parameter->data));
    }
    for (const auto& [name, buffer] : module_.buffer_slots()) {
      if (buffer == nullptr || function_.names.empty() || !IsMeant(name)) continue;
      RETURN_IF_ERROR(apply(name, buffer->data));
    }
    return absl::OkStatus();
  }

  void Changed(const std::string& name) {
    if (std::find(changed_.begin(), changed_.end(), name) == changed_.end()) changed_.push_back(name);
  }

  const ApplyFunction& function_;
  Module& module_;
  Generator& generator_;
  std::vector<std::string>& changed_;
};

class Visitor {
 public:
  Visitor(absl::Span<const ApplyFunction> functions, uint64_t seed) : functions_(functions), generator_(seed) {}

  absl::Status VisitTree(const std::string& path, Module& module) {
    for (const auto& [name, child] : module.named_children()) {
      RETURN_IF_ERROR(VisitTree(path.empty() ? name : absl::StrCat(path, ".", name), *child));
    }
    if (visits_.size() == kMaxVisits) {
      return absl::InvalidArgumentError(absl::StrCat("apply: more than ", kMaxVisits, " visits of modules"));
    }
    nn::Visit visit{path, module.type(), {}};
    for (const ApplyFunction& function : functions_) {
      if (!function.type.empty() && function.type != module.type()) continue;
      const absl::Status status = std::visit(Application(function, module, generator_, visit.changed), function.action);
      if (status.ok()) continue;
      return absl::Status(status.code(),
                          absl::StrCat(path, path.empty() ? "(" : " (", module.type(), "): ", status.message()));
    }
    visits_.push_back(std::move(visit));
    return absl::OkStatus();
  }

  std::vector<nn::Visit>& visits() { return visits_; }

 private:
  const absl::Span<const ApplyFunction> functions_;
  Generator generator_;
  std::vector<nn::Visit> visits_;
};

}  // namespace

absl::StatusOr<std::vector<Visit>> Apply(Module& root, absl::string_view path,
                                         absl::Span<const ApplyFunction> functions, uint64_t seed) {
  ASSIGN_OR_RETURN(Module* const module, root.get_submodule(path));
  Visitor visitor(functions, seed);
  RETURN_IF_ERROR(visitor.VisitTree(std::string(path), *module));
  return std::move(visitor.visits());
}

}  // namespace moduled::nn
