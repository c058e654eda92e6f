#include "nn/layers/functions/tensor_activation.h"

#include <optional>
#include <string>

#include "nn/layers/activation_forward.h"
#include "nn/layers/axes.h"
#include "nn/layers/stochastic_depth.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// glu(input, dim=-1)
absl::StatusOr<Symbol> CallGlu(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("glu", /*is_method=*/false, {{"input"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1, -1));
  return Glu(trace, input, dim);
}

// prelu(input, weight)
absl::StatusOr<Symbol> CallPrelu(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("prelu", /*is_method=*/false, {{"input"}, {"weight"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value weight, bound.Tensor(1));
  return Prelu(trace, input, weight);
}

// rrelu(input, lower=0.125, upper=0.3333333333333333, training=False)
absl::StatusOr<Symbol> CallRrelu(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(
                       "rrelu", /*is_method=*/false,
                       {{"input"}, {"lower", kOptional}, {"upper", kOptional}, {"training", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double lower, bound.Float(1, 1.0 / 8));
  ASSIGN_OR_RETURN(const double upper, bound.Float(2, 1.0 / 3));
  ASSIGN_OR_RETURN(const bool training, bound.Bool(3, false));
  if (!(lower <= upper)) {
    return absl::InvalidArgumentError("Lower bound should be less than or equal to the upper bound");
  }
  return Rrelu(trace, input, lower, upper, training, SeedOfCall(input));
}

// function(input, dim=None, *, dtype=None)
absl::StatusOr<Symbol> CallAlongAxis(absl::string_view function, AlongAxisFunction apply, Trace& trace,
                                     const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(function), /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(Value input, bound.Tensor(0));
  std::optional<int64_t> dim;
  if (!bound.IsNone(1)) {
    ASSIGN_OR_RETURN(dim, bound.Int(1));
  }
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(2));
  if (dtype.has_value()) {
    ASSIGN_OR_RETURN(input, CastTo(trace, input, *dtype));
  }
  return apply(trace, input, dim);
}

absl::StatusOr<Symbol> CallSoftmax(Trace& trace, const Arguments& arguments) {
  return CallAlongAxis("softmax", Softmax, trace, arguments);
}

absl::StatusOr<Symbol> CallSoftmin(Trace& trace, const Arguments& arguments) {
  return CallAlongAxis("softmin", Softmin, trace, arguments);
}

absl::StatusOr<Symbol> CallLogSoftmax(Trace& trace, const Arguments& arguments) {
  return CallAlongAxis("log_softmax", LogSoftmax, trace, arguments);
}

// gumbel_softmax(logits, tau=1, hard=False, dim=-1)
absl::StatusOr<Symbol> CallGumbelSoftmax(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("gumbel_softmax", /*is_method=*/false,
                           {{"logits"}, {"tau", kOptional}, {"hard", kOptional}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value logits, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double tau, bound.Float(1, 1));
  ASSIGN_OR_RETURN(const bool hard, bound.Bool(2, false));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(3, -1));
  return GumbelSoftmax(trace, logits, tau, hard, dim, SeedOfCall(logits));
}

constexpr Function kFunctions[] = {
    {"glu", CallGlu},
    {"prelu", CallPrelu},
    {"rrelu", CallRrelu},
    {"softmax", CallSoftmax},
    {"softmin", CallSoftmin},
    {"log_softmax", CallLogSoftmax},
    {"gumbel_softmax", CallGumbelSoftmax},
};

}  // namespace

absl::Span<const Function> TensorActivationFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
