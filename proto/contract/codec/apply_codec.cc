#include "proto/contract/codec/apply_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

using Action = ApplyFunction::Action;

KaimingInit DecodeKaiming(const v1::KaimingInit& message, bool normal) {
  KaimingInit init{.normal = normal, .a = message.a()};
  if (message.has_mode()) init.mode = message.mode();
  if (message.has_nonlinearity()) init.nonlinearity = message.nonlinearity();
  return init;
}

XavierInit DecodeXavier(const v1::XavierInit& message, bool normal) {
  return {.normal = normal, .gain = message.has_gain() ? message.gain() : 1};
}

TruncNormalInit DecodeTruncNormal(const v1::TruncNormalInit& message) {
  TruncNormalInit init{.mean = message.mean()};
  if (message.has_std()) init.std = message.std();
  if (message.has_a()) init.a = message.a();
  if (message.has_b()) init.b = message.b();
  return init;
}

ClampFunction DecodeClamp(const v1::ClampFunction& message) {
  ClampFunction clamp;
  if (message.has_min()) clamp.min = message.min();
  if (message.has_max()) clamp.max = message.max();
  return clamp;
}

absl::StatusOr<Action> DecodeAction(const v1::ApplyFunction& message, const Field& field) {
  switch (message.function_case()) {
    case v1::ApplyFunction::kUniform:
      return UniformInit{message.uniform().a(), message.uniform().has_b() ? message.uniform().b() : 1};
    case v1::ApplyFunction::kNormal:
      return NormalInit{message.normal().mean(), message.normal().has_std() ? message.normal().std() : 1};
    case v1::ApplyFunction::kConstant:
      return ConstantInit{message.constant().val()};
    case v1::ApplyFunction::kOnes:
      return ConstantInit{1};
    case v1::ApplyFunction::kZeros:
      return ConstantInit{0};
    case v1::ApplyFunction::kEye:
      return EyeInit();
    case v1::ApplyFunction::kDirac:
      return DiracInit{message.dirac().has_groups() ? message.dirac().groups() : 1};
    case v1::ApplyFunction::kXavierUniform:
      return DecodeXavier(message.xavier_uniform(), /*normal=*/false);
    case v1::ApplyFunction::kXavierNormal:
      return DecodeXavier(message.xavier_normal(), /*normal=*/true);
    case v1::ApplyFunction::kKaimingUniform:
      return DecodeKaiming(message.kaiming_uniform(), /*normal=*/false);
    case v1::ApplyFunction::kKaimingNormal:
      return DecodeKaiming(message.kaiming_normal(), /*normal=*/true);
    case v1::ApplyFunction::kTruncNormal:
      return DecodeTruncNormal(message.trunc_normal());
    case v1::ApplyFunction::kOrthogonal:
      return OrthogonalInit{message.orthogonal().has_gain() ? message.orthogonal().gain() : 1};
    case v1::ApplyFunction::kSparse:
      return SparseInit{message.sparse().sparsity(), message.sparse().has_std() ? message.sparse().std() : 0.01};
    case v1::ApplyFunction::kResetParameters:
      return ResetParameters();
    case v1::ApplyFunction::kCast: {
      ASSIGN_OR_RETURN(const nn::DType dtype, DecodeDType(message.cast(), Field(field, "cast")));
      return CastFunction{dtype};
    }
    case v1::ApplyFunction::kScale:
      return ScaleFunction{message.scale()};
    case v1::ApplyFunction::kClamp:
      return DecodeClamp(message.clamp());
    case v1::ApplyFunction::kTrain:
      return TrainFunction{message.train()};
    case v1::ApplyFunction::kRequiresGrad:
      return RequiresGradFunction{message.requires_grad()};
    case v1::ApplyFunction::FUNCTION_NOT_SET:
      break;
  }
  return field.Invalid("no function is set");
}

// One overload for each action.
struct ActionEncoder {
  v1::ApplyFunction& message;

  void operator()(const UniformInit& init) const {
    message.mutable_uniform()->set_a(init.a);
    message.mutable_uniform()->set_b(init.b);
  }
  void operator()(const NormalInit& init) const {
    message.mutable_normal()->set_mean(init.mean);
    message.mutable_normal()->set_std(init.std);
  }
  void operator()(const ConstantInit& init) const { message.mutable_constant()->set_val(init.val); }
  void operator()(const EyeInit&) const { message.mutable_eye(); }
  void operator()(const DiracInit& init) const { message.mutable_dirac()->set_groups(init.groups); }
  void operator()(const XavierInit& init) const {
    (init.normal ? message.mutable_xavier_normal() : message.mutable_xavier_uniform())->set_gain(init.gain);
  }
  void operator()(const KaimingInit& init) const {
    v1::KaimingInit& kaiming = *(init.normal ? message.mutable_kaiming_normal() : message.mutable_kaiming_uniform());
    kaiming.set_a(init.a);
    kaiming.set_mode(init.mode);
    kaiming.set_nonlinearity(init.nonlinearity);
  }
  void operator()(const TruncNormalInit& init) const {
    v1::TruncNormalInit& normal = *message.mutable_trunc_normal();
    normal.set_mean(init.mean);
    normal.set_std(init.std);
    normal.set_a(init.a);
    normal.set_b(init.b);
  }
  void operator()(const OrthogonalInit& init) const { message.mutable_orthogonal()->set_gain(init.gain); }
  void operator()(const SparseInit& init) const {
    message.mutable_sparse()->set_sparsity(init.sparsity);
    message.mutable_sparse()->set_std(init.std);
  }
  void operator()(const ResetParameters&) const { message.mutable_reset_parameters(); }
  void operator()(const CastFunction& cast) const { message.set_cast(EncodeDType(cast.dtype)); }
  void operator()(const ScaleFunction& scale) const { message.set_scale(scale.factor); }
  void operator()(const ClampFunction& clamp) const {
    v1::ClampFunction& bounds = *message.mutable_clamp();
    if (clamp.min.has_value()) bounds.set_min(*clamp.min);
    if (clamp.max.has_value()) bounds.set_max(*clamp.max);
  }
  void operator()(const TrainFunction& train) const { message.set_train(train.mode); }
  void operator()(const RequiresGradFunction& wish) const { message.set_requires_grad(wish.requires_grad); }
};

}  // namespace

absl::StatusOr<ApplyCall> Decode(const v1::ApplyRequest& message) {
  ApplyCall call{DecodeModelRef(message.model()), message.path(), {}, message.seed()};
  if (message.functions().empty()) return Field("functions").Invalid("there are none (want at least one)");
  for (int i = 0; i < message.functions_size(); ++i) {
    const v1::ApplyFunction& function = message.functions(i);
    ASSIGN_OR_RETURN(Action action, DecodeAction(function, Field("functions", i)));
    call.functions.push_back({function.type(), {function.names().begin(), function.names().end()}, std::move(action)});
  }
  return call;
}

void Encode(const ApplyCall& call, v1::ApplyRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  message.set_path(call.path);
  message.set_seed(call.seed);
  for (const ApplyFunction& function : call.functions) {
    v1::ApplyFunction& encoded = *message.add_functions();
    encoded.set_type(function.type);
    encoded.mutable_names()->Assign(function.names.begin(), function.names.end());
    std::visit(ActionEncoder{encoded}, function.action);
  }
}

ApplyReply Decode(const v1::ApplyResponse& message) {
  ApplyReply reply{DecodeModelRef(message.model()), {}};
  for (const v1::VisitedModule& visited : message.visited()) {
    reply.visited.push_back({visited.path(), visited.type(), {visited.changed().begin(), visited.changed().end()}});
  }
  return reply;
}

void Encode(const ApplyReply& reply, v1::ApplyResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  for (const VisitedModule& visited : reply.visited) {
    v1::VisitedModule& encoded = *message.add_visited();
    encoded.set_path(visited.path);
    encoded.set_type(visited.type);
    encoded.mutable_changed()->Assign(visited.changed.begin(), visited.changed.end());
  }
}

}  // namespace moduled::contract
