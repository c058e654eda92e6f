#include "nn/layers/functions/normalization.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/formula.h"
#include "nn/layers/normalization_forward.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/norm.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// weight and bias, the arguments `first` and the one behind it.
absl::StatusOr<Affine> ReadAffine(const BoundArguments& bound, size_t first) {
  Affine affine;
  ASSIGN_OR_RETURN(affine.weight, bound.OptionalTensor(first));
  ASSIGN_OR_RETURN(affine.bias, bound.OptionalTensor(first + 1));
  return affine;
}

// The arguments of batch_norm and instance_norm, which differ in the name and default of one flag.
struct ChannelNormCall {
  Value input;
  std::optional<Value> mean, var;
  Affine affine;
  bool by_batch;  // Its statistics, not the running ones.
  double eps;
};

absl::StatusOr<ChannelNormCall> ReadChannelNorm(const BoundArguments& bound, bool by_batch_otherwise) {
  ChannelNormCall call;
  ASSIGN_OR_RETURN(call.input, bound.Tensor(0));
  ASSIGN_OR_RETURN(call.mean, bound.OptionalTensor(1));
  ASSIGN_OR_RETURN(call.var, bound.OptionalTensor(2));
  ASSIGN_OR_RETURN(call.affine, ReadAffine(bound, 3));
  ASSIGN_OR_RETURN(call.by_batch, bound.Bool(5, by_batch_otherwise));
  ASSIGN_OR_RETURN(call.eps, bound.Float(6, 1e-5));
  return call;
}

// batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, eps=1e-05)
absl::StatusOr<Symbol> CallBatchNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("batch_norm", /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"running_mean"},
                                                                     {"running_var"},
                                                                     {"weight", kOptional},
                                                                     {"bias", kOptional},
                                                                     {"training", kOptional},
                                                                     {"eps", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const ChannelNormCall call, ReadChannelNorm(bound, /*by_batch_otherwise=*/false));
  if (call.by_batch) return BatchNorm(trace, call.input, std::nullopt, std::nullopt, call.affine, call.eps);
  for (const auto& [name, statistic] : {std::pair("running_mean", call.mean), {"running_var", call.var}}) {
    if (statistic.has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat(name, " must be defined in evaluation mode"));
  }
  return BatchNorm(trace, call.input, call.mean, call.var, call.affine, call.eps);
}

// instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, eps=1e-05)
absl::StatusOr<Symbol> CallInstanceNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("instance_norm", /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"running_mean", kOptional},
                                                                     {"running_var", kOptional},
                                                                     {"weight", kOptional},
                                                                     {"bias", kOptional},
                                                                     {"use_input_stats", kOptional},
                                                                     {"eps", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const ChannelNormCall call, ReadChannelNorm(bound, /*by_batch_otherwise=*/true));
  if (call.by_batch) return InstanceNorm(trace, call.input, call.affine, call.eps);
  if (!call.mean.has_value() || !call.var.has_value()) {
    return absl::InvalidArgumentError(
        "Expected running_mean and running_var to be defined when use_input_stats is false");
  }
  return BatchNorm(trace, call.input, call.mean, call.var, call.affine, call.eps);
}

// group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)
absl::StatusOr<Symbol> CallGroupNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("group_norm", /*is_method=*/false,
                           {{"input"}, {"num_groups"}, {"weight", kOptional}, {"bias", kOptional}, {"eps", kOptional}},
                           arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t groups, bound.Int(1));
  ASSIGN_OR_RETURN(const Affine affine, ReadAffine(bound, 2));
  ASSIGN_OR_RETURN(const double eps, bound.Float(4, 1e-5));
  return GroupNorm(trace, input, groups, affine, eps);
}

// local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)
absl::StatusOr<Symbol> CallLocalResponseNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(
                       "local_response_norm", /*is_method=*/false,
                       {{"input"}, {"size"}, {"alpha", kOptional}, {"beta", kOptional}, {"k", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  LocalResponse response;
  ASSIGN_OR_RETURN(response.size, bound.Int(1));
  ASSIGN_OR_RETURN(response.alpha, bound.Float(2, 1e-4));
  ASSIGN_OR_RETURN(response.beta, bound.Float(3, 0.75));
  ASSIGN_OR_RETURN(response.k, bound.Float(4, 1));
  return LocalResponseNorm(trace, input, response);
}

// rms_norm(input, normalized_shape, weight=None, eps=None)
absl::StatusOr<Symbol> CallRmsNorm(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("rms_norm", /*is_method=*/false,
                           {{"input"}, {"normalized_shape"}, {"weight", kOptional}, {"eps", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> normalized, bound.Ints(1));
  ASSIGN_OR_RETURN(const std::optional<Value> weight, bound.OptionalTensor(2));
  std::optional<double> eps;
  if (!bound.IsNone(3)) {
    ASSIGN_OR_RETURN(eps, bound.Float(3, 0));
  }
  return RmsNorm(trace, input, normalized, weight, eps);
}

// normalize(input, p=2.0, dim=1, eps=1e-12)
absl::StatusOr<Symbol> CallNormalize(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("normalize", /*is_method=*/false,
                           {{"input"}, {"p", kOptional}, {"dim", kOptional}, {"eps", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double p, bound.Float(1, 2));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(2, 1));
  ASSIGN_OR_RETURN(const double eps, bound.Float(3, 1e-12));
  const TensorSpec& spec = trace.spec(input);
  if (!IsFloatingPoint(spec.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "norm(): input dtype should be either floating point or complex. Got ", ScalarName(spec.dtype), " instead."));
  }
  ReducedAxes over = {.keepdim = true};
  const size_t rank = spec.shape.rank();
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, rank));
  if (rank > 0) over.axes.push_back(axis);
  Formula f(trace);
  const Value norm = f.Apply<NormOp>({.p = p, .over = std::move(over)}, {input});
  return f.Result(f.Div(input, f.ClampMin(norm, eps)));
}

constexpr Function kFunctions[] = {
    {"batch_norm", CallBatchNorm}, {"instance_norm", CallInstanceNorm},
    {"group_norm", CallGroupNorm}, {"local_response_norm", CallLocalResponseNorm},
    {"rms_norm", CallRmsNorm},     {"normalize", CallNormalize},
};

}  // namespace

absl::Span<const Function> NormalizationFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
