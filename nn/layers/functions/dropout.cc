#include "nn/layers/functions/dropout.h"

#include <string>

#include "nn/layers/dropout_forward.h"
#include "nn/layers/stochastic_depth.h"
#include "nn/modules/argument_binder.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

struct Kind {
  absl::string_view name;
  DropoutFunction apply;
  bool training;  // The default.
};

constexpr Kind kDropout = {"dropout", Dropout, true};
constexpr Kind kDropout1d = {"dropout1d", Dropout1d, true};
constexpr Kind kDropout2d = {"dropout2d", Dropout2d, true};
constexpr Kind kDropout3d = {"dropout3d", Dropout3d, true};
constexpr Kind kAlphaDropout = {"alpha_dropout", AlphaDropout, false};
constexpr Kind kFeatureAlphaDropout = {"feature_alpha_dropout", FeatureAlphaDropout, false};

// name(input, p=0.5, training=...)
template <const Kind& kKind>
absl::StatusOr<Symbol> Call(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(kKind.name), /*is_method=*/false,
                                        {{"input"}, {"p", kOptional}, {"training", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double p, bound.Float(1, 0.5));
  ASSIGN_OR_RETURN(const bool training, bound.Bool(2, kKind.training));
  RETURN_IF_ERROR(CheckDropoutProbability(p));
  if (!training) return input;
  return kKind.apply(trace, input, p, SeedOfCall(input));
}

constexpr Function kFunctions[] = {
    {kDropout.name, Call<kDropout>},           {kDropout1d.name, Call<kDropout1d>},
    {kDropout2d.name, Call<kDropout2d>},       {kDropout3d.name, Call<kDropout3d>},
    {kAlphaDropout.name, Call<kAlphaDropout>}, {kFeatureAlphaDropout.name, Call<kFeatureAlphaDropout>},
};

}  // namespace

absl::Span<const Function> DropoutFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
