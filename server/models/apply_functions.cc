#include "server/models/apply_functions.h"

#include <algorithm>

namespace moduled::server {
namespace {

// One overload for each action.
struct ToAction {
  nn::ApplyAction operator()(const contract::UniformInit& c) const { return nn::init::UniformFunction(c.a, c.b); }
  nn::ApplyAction operator()(const contract::NormalInit& c) const { return nn::init::NormalFunction(c.mean, c.std); }
  nn::ApplyAction operator()(const contract::ConstantInit& c) const { return nn::init::ConstantFunction(c.val); }
  nn::ApplyAction operator()(const contract::EyeInit&) const { return nn::init::EyeFunction(); }
  nn::ApplyAction operator()(const contract::DiracInit& c) const { return nn::init::DiracFunction(c.groups); }
  nn::ApplyAction operator()(const contract::XavierInit& c) const {
    return c.normal ? nn::init::XavierNormalFunction(c.gain) : nn::init::XavierUniformFunction(c.gain);
  }
  nn::ApplyAction operator()(const contract::KaimingInit& c) const {
    const nn::init::Kaiming kaiming = {c.a, c.mode, c.nonlinearity};
    return c.normal ? nn::init::KaimingNormalFunction(kaiming) : nn::init::KaimingUniformFunction(kaiming);
  }
  nn::ApplyAction operator()(const contract::TruncNormalInit& c) const {
    return nn::init::TruncNormalFunction(c.mean, c.std, c.a, c.b);
  }
  nn::ApplyAction operator()(const contract::OrthogonalInit& c) const { return nn::init::OrthogonalFunction(c.gain); }
  nn::ApplyAction operator()(const contract::SparseInit& c) const {
    return nn::init::SparseFunction(c.sparsity, c.std);
  }
  nn::ApplyAction operator()(const contract::ResetParameters&) const { return nn::ResetParameters(); }
  nn::ApplyAction operator()(const contract::CastFunction& c) const { return nn::CastTo{c.dtype}; }
  nn::ApplyAction operator()(const contract::ScaleFunction& c) const { return nn::ScaleBy{c.factor}; }
  nn::ApplyAction operator()(const contract::ClampFunction& c) const { return nn::ClampTo{c.min, c.max}; }
  nn::ApplyAction operator()(const contract::TrainFunction& c) const { return nn::SetTraining{c.mode}; }
  nn::ApplyAction operator()(const contract::RequiresGradFunction& c) const {
    return nn::SetRequiresGrad{c.requires_grad};
  }
};

}  // namespace

std::vector<nn::ApplyFunction> ToEngine(const std::vector<contract::ApplyFunction>& functions) {
  std::vector<nn::ApplyFunction> converted;
  for (const contract::ApplyFunction& function : functions) {
    converted.push_back({function.type, function.names, std::visit(ToAction(), function.action)});
  }
  return converted;
}

bool ChangeElements(const std::vector<contract::ApplyFunction>& functions) {
  return std::any_of(functions.begin(), functions.end(), [](const contract::ApplyFunction& function) {
    return !std::holds_alternative<contract::TrainFunction>(function.action) &&
           !std::holds_alternative<contract::RequiresGradFunction>(function.action);
  });
}

}  // namespace moduled::server
